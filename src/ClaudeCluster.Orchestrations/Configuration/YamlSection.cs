using System.Globalization;
using System.Text;
using YamlDotNet.Core;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// A section of a YAML file, read key by key. Whatever is wrong is collected with its place, <c>file:line</c>, and told all at once by
/// <see cref="ThrowIfBad"/>; until then a bad value reads as an absent one. Keys that nobody asked for are problems too.
/// </summary>
public sealed class YamlSection
{
    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxSize = 256 * 1024;

    private readonly YamlSource _source;
    private readonly YamlNode.Map _map;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    private YamlSection(YamlSource source, YamlNode.Map map)
    {
        _source = source;
        _map = map;
        source.Sections.Add(this);
    }

    /// <summary>Where the section begins: <c>file:line</c>.</summary>
    public string Place => _source.PlaceOf(_map.Line);

    /// <param name="bytes">UTF-8, with or without a byte order mark.</param>
    /// <param name="file">Its name, as people know it.</param>
    /// <exception cref="BadInputException">The file is too large, not UTF-8 or not YAML.</exception>
    public static YamlSection Read(ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            return Read(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes), file);
        }
        catch (DecoderFallbackException bad)
        {
            throw new BadInputException(file, $"It is not UTF-8: the byte at position {bad.Index} cannot be read.", "Save the file as UTF-8.");
        }
    }

    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, string)"/>
    public static YamlSection Read(string text, string file)
    {
        var source = new YamlSource(file);
        if (Encoding.UTF8.GetByteCount(text) is > MaxSize and var size)
            throw new BadInputException(file, $"It has {size} bytes; at most {MaxSize} are read.", "Make it shorter.");
        if (text.IndexOf('\uFFFD', StringComparison.Ordinal) is >= 0 and var index)
            throw new BadInputException(source.PlaceOf(LineAt(text, index)), "A character could not be read.", "Save the file as UTF-8.");
        try
        {
            var root = YamlTree.Read(text.TrimStart('\uFEFF'), source.Report);
            return new(source, source.AsMap(root, "The file"));
        }
        catch (YamlException bad)
        {
            throw new BadInputException([.. source.Problems, NotYaml(source, text, bad)]);
        }
    }

    /// <exception cref="BadInputException">With every problem found so far, in the order of the file.</exception>
    public void ThrowIfBad()
    {
        foreach (var section in _source.Sections)
            section.ReportUnknownKeys();
        if (_source.Problems is { Count: > 0 } problems)
            throw new BadInputException(problems);
    }

    /// <summary>Reports a problem with the value of a key, or with the section itself if the key is not there.</summary>
    public void Report(string key, string reason, string fix) => _source.Report(Entry(key)?.Line ?? _map.Line, reason, fix);

    /// <summary>All keys in the order of the file, for a section whose keys are the writer's own words. None of them is unknown then.</summary>
    public IReadOnlyList<string> Keys()
    {
        string[] keys = [.. _map.Entries.Select(entry => entry.Key.Value)];
        _asked.UnionWith(keys);
        return keys;
    }

    /// <returns>False too if the key has no value.</returns>
    public bool Has(string key) => Find(key) is not null;

    /// <returns>Null if it is absent, empty or bad.</returns>
    public string? Text(string key, int maxLength = 1000)
    {
        if (Scalar(key, "text") is not { } text)
            return null;
        return IsGoodText(key, text, maxLength) ? text.Value.Trim() : null;
    }

    /// <summary>As <see cref="Text"/>, but with the white space at its ends: for what becomes a file or a prompt.</summary>
    public string? Verbatim(string key, int maxLength) =>
        Scalar(key, "text") is { } text && IsGoodText(key, text, maxLength) ? text.Value : null;

    /// <summary>As <see cref="Text"/>, and its absence is a problem.</summary>
    public string? RequiredText(string key, int maxLength = 1000)
    {
        if (Entry(key) is null)
            _source.Report(_map.Line, $"'{key}' is missing.", $"Add '{key}: …'.");
        return Text(key, maxLength);
    }

    /// <summary>One text or a list of them.</summary>
    /// <returns>Null if the key is absent; an empty list if the list is empty.</returns>
    public IReadOnlyList<string>? Texts(string key, int maxLength = 1000, int most = 200) => TextsWithPlaces(key, maxLength, most)?.Select(text => text.Value).ToList();

    /// <inheritdoc cref="Texts"/>
    /// <remarks>Each can be reported on by its own line.</remarks>
    public IReadOnlyList<YamlText>? TextsWithPlaces(string key, int maxLength = 1000, int most = 200)
    {
        var nodes = Find(key) switch
        {
            null => null,
            YamlNode.Text text => [text],
            YamlNode.List list => list.Items,
            var other => Nothing<IReadOnlyList<YamlNode>>(key, other, "text or a list of texts"),
        };
        if (nodes is null)
            return null;
        if (nodes.Count > most)
            _source.Report(nodes[0].Line, $"'{key}' has {nodes.Count} entries; at most {most} are allowed.", "Keep fewer.");
        return [.. nodes.Take(most).Select(node => TextOf(key, node, maxLength)).OfType<YamlText>()];
    }

    public int? Number(string key, int least, int most)
    {
        if (Scalar(key, "a number") is not { } text)
            return null;
        if (text.IsPlain && int.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        return NoNumber<int>(key, text, $"a whole number from {least} to {most}");
    }

    public decimal? Amount(string key, decimal least, decimal most)
    {
        if (Scalar(key, "a number") is not { } text)
            return null;
        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (text.IsPlain && decimal.TryParse(text.Value, styles, CultureInfo.InvariantCulture, out var amount) && amount >= least && amount <= most)
            return amount;
        return NoNumber<decimal>(key, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool? Flag(string key) => Scalar(key, "true or false") switch
    {
        null => null,
        { IsPlain: true, Value: "true" or "True" or "TRUE" } => true,
        { IsPlain: true, Value: "false" or "False" or "FALSE" } => false,
        var other => NoNumber<bool>(key, other, "true or false"),
    };

    /// <summary>As <c>90s</c>, <c>15m</c>, <c>1h</c> or <c>1h30m</c>.</summary>
    public TimeSpan? Duration(string key, TimeSpan least, TimeSpan most)
    {
        if (Scalar(key, "a duration") is not { } text)
            return null;
        if (DurationText.TryParse(text.Value, out var duration) && duration >= least && duration <= most)
            return duration;
        return NoNumber<TimeSpan>(key, text, $"a duration from {DurationText.Write(least)} to {DurationText.Write(most)}, such as 90s, 15m or 1h");
    }

    /// <summary>One of some words.</summary>
    public string? Choice(string key, params IReadOnlyList<string> words)
    {
        if (Scalar(key, "text") is not { } text)
            return null;
        if (words.Contains(text.Value, StringComparer.Ordinal))
            return text.Value;
        _source.Report(text.Line, $"'{key}' cannot be '{Shown(text.Value)}'.", $"Write {string.Join(" or ", words)}.");
        return null;
    }

    /// <summary>A section below this one.</summary>
    /// <returns>Null if it is absent or empty.</returns>
    public YamlSection? Section(string key) => Find(key) switch
    {
        null => null,
        YamlNode.Map map => new(_source, map),
        var other => Nothing<YamlSection>(key, other, "a section (indented 'key: value' lines)"),
    };

    /// <summary>A list of sections.</summary>
    /// <returns>Null if it is absent or has no value.</returns>
    public IReadOnlyList<YamlSection>? Sections(string key, int most = 100)
    {
        if (Find(key) is not { } node)
            return null;
        if (node is not YamlNode.List list)
            return Nothing<IReadOnlyList<YamlSection>>(key, node, "a list ('- …' lines)");
        if (list.Items.Count > most)
            _source.Report(list.Line, $"'{key}' has {list.Items.Count} entries; at most {most} are allowed.", "Keep fewer.");
        return [.. list.Items.Take(most).Select(item => new YamlSection(_source, _source.AsMap(item, $"An entry of '{key}'")))];
    }

    private YamlNode? Find(string key)
    {
        var node = Entry(key);
        return node is YamlNode.Text { IsNull: true } ? null : node;
    }

    private YamlNode? Entry(string key)
    {
        _asked.Add(key);
        return _map.Entries.FirstOrDefault(entry => entry.Key.Value == key).Value;
    }

    private YamlNode.Text? Scalar(string key, string wanted)
    {
        switch (Entry(key))
        {
            case null:
                return null;
            case YamlNode.Text { IsNull: false } text:
                return text;
            case YamlNode.Text empty:
                _source.Report(empty.Line, $"'{key}' has no value.", $"Give it {wanted}, or delete the line for the default.");
                return null;
            case var other:
                return Nothing<YamlNode.Text>(key, other, wanted);
        }
    }

    private YamlText? TextOf(string key, YamlNode node, int maxLength) => node is YamlNode.Text text
        ? IsGoodText(key, text, maxLength) ? new(text.Value.Trim(), _source, text.Line) : null
        : Nothing<YamlText>($"an entry of {key}", node, "text");

    private bool IsGoodText(string key, YamlNode.Text text, int maxLength)
    {
        if (string.IsNullOrWhiteSpace(text.Value))
            _source.Report(text.Line, $"'{key}' holds an empty text.", "Write something, or delete it.");
        else if (text.Value.Length > maxLength)
            _source.Report(text.Line, $"'{key}' holds a text of {text.Value.Length} characters; at most {maxLength} are allowed.", "Make it shorter.");
        else if (text.Value.Any(character => char.IsControl(character) && character is not ('\n' or '\t')))
            _source.Report(text.Line, $"'{key}' holds a control character.", "Delete it.");
        else
            return true;
        return false;
    }

    private T? Nothing<T>(string key, YamlNode found, string wanted)
        where T : class
    {
        _source.Report(found.Line, $"'{key}' is {found.Kind}, but should be {wanted}.", $"Write {wanted} there.");
        return null;
    }

    private T? NoNumber<T>(string key, YamlNode.Text found, string wanted)
        where T : struct
    {
        _source.Report(found.Line, $"'{key}' cannot be '{Shown(found.Value)}'.", $"Write {wanted}.");
        return null;
    }

    private void ReportUnknownKeys()
    {
        foreach (var (key, _) in _map.Entries.Where(entry => !_asked.Contains(entry.Key.Value)))
        {
            var fix = Nearest.To(key.Value, _asked) is { } meant
                ? $"Did you mean '{meant}'?"
                : $"Known here: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}.";
            _source.Report(key.Line, $"'{Shown(key.Value)}' means nothing here.", fix);
        }

        _asked.UnionWith(_map.Entries.Select(entry => entry.Key.Value));
    }

    private static string Shown(string value) => value.Length <= 60 ? value : value[..60] + "…";

    private static Problem NotYaml(YamlSource source, string text, YamlException bad)
    {
        var line = Math.Max(1, (int)bad.Start.Line);
        var tab = text.Split('\n').Take(line + 1).ToList().FindIndex(row => row[..^row.TrimStart().Length].Contains('\t', StringComparison.Ordinal));
        return tab >= 0
            ? new(source.PlaceOf(tab + 1), "The line is indented by a tab, which YAML does not allow.", "Indent with blanks.")
            : new(source.PlaceOf(line), $"This is not YAML (column {bad.Start.Column}): {bad.Message}", "Look at the line and the one before it: quotes, colons, indentation.");
    }

    private static int LineAt(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;
}
