using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// A JSON object that is read field by field. What is missing or of the wrong kind is collected with its path, so that a person sees all
/// of it at once; unknown fields mean nothing. A mapper to classes would stop at the first problem.
/// </summary>
internal sealed class JsonPayload
{
    private readonly JsonElement _json;
    private readonly string _place;
    private readonly string _path;
    private readonly List<Problem> _problems;

    public JsonPayload(JsonElement json, string place)
        : this(json, place, "$", [])
    {
    }

    private JsonPayload(JsonElement json, string place, string path, List<Problem> problems) =>
        (_json, _place, _path, _problems) = (json, place, path, problems);

    public static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    public bool Has(string field) => _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(field, out _);

    /// <returns>An empty object if it is missing; its fields are then reported as missing too, by their own paths.</returns>
    public JsonPayload Object(string field) =>
        new(Find(field, JsonValueKind.Object, required: false) ?? default, _place, PathOf(field), _problems);

    /// <returns>Null if it is missing or null.</returns>
    public JsonPayload? OptionalObject(string field) =>
        Find(field, JsonValueKind.Object, required: false) is { } json ? new(json, _place, PathOf(field), _problems) : null;

    public string Text(string field) => Find(field, JsonValueKind.String, required: true) is { } json ? TextOf(json, PathOf(field)) : string.Empty;

    public string? OptionalText(string field) => Find(field, JsonValueKind.String, required: false) is { } json ? TextOf(json, PathOf(field)) : null;

    /// <summary>A text that <paramref name="check"/> finds good.</summary>
    public string Text(string field, Func<string, bool> check, string wanted)
    {
        var text = Text(field);
        if (text.Length > 0 && !check(text))
            Report(PathOf(field), "It cannot be used.", $"It should be {wanted}.");
        else if (text.Length == 0 && Has(field) && Find(field, JsonValueKind.String, required: false) is not null)
            Report(PathOf(field), "It is empty.", $"It should be {wanted}.");
        return text;
    }

    public long Number(string field, long most)
    {
        if (Find(field, JsonValueKind.Number, required: true) is not { } json)
            return 0;
        if (json.TryGetInt64(out var number) && number >= 1 && number <= most)
            return number;
        Report(PathOf(field), $"'{Shown(json.GetRawText())}' is out of range.", string.Create(CultureInfo.InvariantCulture, $"It should be a whole number from 1 to {most}."));
        return 0;
    }

    /// <returns>Null if it is missing or null.</returns>
    public long? OptionalNumber(string field, long most) => Find(field, JsonValueKind.Number, required: false) is null ? null : Number(field, most);

    public bool? OptionalFlag(string field)
    {
        if (!TryGet(field, out var json) || json.ValueKind == JsonValueKind.Null)
            return null;
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return json.GetBoolean();
        ReportKind(field, json, "true or false");
        return null;
    }

    public DateTimeOffset Time(string field)
    {
        if (Find(field, JsonValueKind.String, required: true) is not { } json)
            return default;
        if (DateTimeOffset.TryParse(TextOf(json, PathOf(field)), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time.ToUniversalTime();
        Report(PathOf(field), "It is no time.", "It should be as in 2026-11-24T12:00:00Z.");
        return default;
    }

    /// <summary>The names in a list of labels: objects with a name, or plain texts. Missing or null is an empty list.</summary>
    public IReadOnlyList<string> Names(string field)
    {
        var names = new List<string>();
        var index = 0;
        foreach (var json in Find(field, JsonValueKind.Array, required: false)?.EnumerateArray() ?? default)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{PathOf(field)}[{index++}]");
            if (json.ValueKind == JsonValueKind.String)
                names.Add(TextOf(json, path));
            else if (json.ValueKind == JsonValueKind.Object)
                names.Add(new JsonPayload(json, _place, path, _problems).Text("name"));
            else
                Report(path, $"It is {NameOf(json.ValueKind)}, but should be a label.", "It should be an object with a name.");
        }

        return names;
    }

    public void ReportMissing(string field) => Report(PathOf(field), "It is missing.", "Give the event as GitHub sent it.");

    /// <exception cref="BadInputException">With every problem found so far.</exception>
    public void ThrowIfBad()
    {
        if (_problems.Count > 0)
            throw new BadInputException([.. _problems]);
    }

    private JsonElement? Find(string field, JsonValueKind kind, bool required)
    {
        if (!TryGet(field, out var json) || (!required && json.ValueKind == JsonValueKind.Null))
        {
            if (required)
                ReportMissing(field);
            return null;
        }

        if (json.ValueKind == kind)
            return json;
        ReportKind(field, json, NameOf(kind));
        return null;
    }

    private bool TryGet(string field, out JsonElement json)
    {
        json = default;
        return _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(field, out json);
    }

    private string TextOf(JsonElement json, string path)
    {
        try
        {
            return json.GetString() ?? string.Empty;
        }
        catch (InvalidOperationException)
        {
            Report(path, "It holds half a character (a lone surrogate).", "Give the event as GitHub sent it.");
            return string.Empty;
        }
    }

    private void ReportKind(string field, JsonElement found, string wanted) =>
        Report(PathOf(field), $"It is {NameOf(found.ValueKind)}, but should be {wanted}.", "Give the event as GitHub sent it.");

    private void Report(string path, string reason, string fix)
    {
        if (!_problems.Exists(problem => problem.Place == $"{_place} {path}"))
            _problems.Add(new($"{_place} {path}", reason, fix));
    }

    private string PathOf(string field) => $"{_path}.{field}";

    private static string Shown(string raw) => raw.Length <= 40 ? raw : raw[..40] + "…";
}
