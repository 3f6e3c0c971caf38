using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// Takes secrets out of text before it is logged, stored or sent: those of this process in whatever form they were printed, and whatever looks
/// like a well-known kind of credential.
/// </summary>
/// <param name="secrets">This process's own, word for word; what is shorter than six characters cannot be told from other text and is left out.</param>
public sealed class Redaction(IReadOnlyList<string> secrets)
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Mark = "[redacted]";

    private readonly SecretForms _own = new(secrets);

    /// <summary>The text without secrets; the same object if there was none.</summary>
    public string Apply(string text) => WithoutShapes(WithoutWrapped(WithoutOwn(text)));

    /// <summary>For text that comes in pieces, whose borders a secret may cross.</summary>
    public RedactedChunks Chunks() => new(this);

    private string WithoutOwn(string text)
    {
        var (start, length) = _own.Find(text, 0);
        if (start < 0)
            return text;
        var clean = new StringBuilder(text.Length);
        var rest = 0;
        for (; start >= 0; (start, length) = _own.Find(text, rest))
        {
            clean.Append(text, rest, start - rest).Append(Mark);
            rest = start + length;
        }
        return clean.Append(text, rest, text.Length - rest).ToString();
    }

    private string WithoutWrapped(string text)
    {
        if (_own.Wrapped.Longest == 0 || !(text.Contains('\n', StringComparison.Ordinal) || text.Contains("\\n", StringComparison.Ordinal)))
            return text;
        var places = new List<int>(text.Length);
        var digits = WrappedForms.DigitsOf(text, places);
        var (start, length) = _own.Wrapped.Find(digits, 0);
        if (start < 0)
            return text;
        var clean = new StringBuilder(text.Length);
        var rest = 0;
        for (; start >= 0; (start, length) = _own.Wrapped.Find(digits, start + length))
        {
            clean.Append(text, rest, places[start] - rest).Append(Mark);
            rest = places[start + length - 1] + 1;
        }
        return clean.Append(text, rest, text.Length - rest).ToString();
    }

    private static string WithoutShapes(string text)
    {
        var found = TokenShapes.Find(text, 0);
        if (found is null)
            return text;
        var clean = new StringBuilder(text.Length);
        var rest = 0;
        for (; found is { } token; found = TokenShapes.Find(text, rest))
        {
            clean.Append(text, rest, token.Start - rest).Append(Mark);
            rest = token.Start + token.Length;
        }
        return clean.Append(text, rest, text.Length - rest).ToString();
    }
}

/// <summary>Redacts a stream of text: whole lines are given on, and of a private key nothing before its end.</summary>
public sealed class RedactedChunks
{
    private const string KeyBegin = "-----BEGIN ";
    private const string KeyEnd = "-----END ";

    // Longer than any form of any credential that a PC has, and than a private key.
    private const int MostKept = 64 * 1024;

    private readonly Redaction _redaction;
    private readonly StringBuilder _kept = new();

    internal RedactedChunks(Redaction redaction) => _redaction = redaction;

    /// <returns>What may be shown now; often only what came before.</returns>
    public string Add(string chunk)
    {
        _kept.Append(chunk);
        if (!chunk.Contains('\n', StringComparison.Ordinal) && _kept.Length <= MostKept)
            return string.Empty;
        var text = _kept.ToString();
        var end = EndOfWhole(text);
        _kept.Clear().Append(text, end, text.Length - end);
        return _redaction.Apply(text[..end]);
    }

    /// <returns>The rest.</returns>
    public string End()
    {
        var text = _kept.ToString();
        _kept.Clear();
        return _redaction.Apply(text);
    }

    private static int EndOfWhole(string text)
    {
        // A line without an end is given on up to a place where no word stands.
        var end = text.LastIndexOf('\n') + 1;
        if (end == 0)
            return text.AsSpan(0, text.Length - (MostKept / 2)).LastIndexOf(' ') is var space and >= 0 ? space : text.Length <= 2 * MostKept ? 0 : text.Length - MostKept;
        var key = text.LastIndexOf(KeyBegin, end - 1, StringComparison.Ordinal);
        var isOpen = key >= 0 && text.IndexOf(KeyEnd, key, end - key, StringComparison.Ordinal) < 0 && text.Length - key < MostKept;
        return isOpen ? key : end;
    }
}
