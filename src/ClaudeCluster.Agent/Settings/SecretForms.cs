using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. All that a secret may look like when somebody has printed it: as it is, line by line, escaped for JSON or a URL, as base64 wherever it
/// began in what was encoded, and as hexadecimal digits. Found in one pass, however many there are.
/// </summary>
internal sealed class SecretForms
{
    /// <summary>What is shorter cannot be told from other text.</summary>
    public const int Shortest = 6;

    private const int ShortestLine = 16;

    private readonly string[] _forms;
    private readonly SearchValues<string> _search;

    public SecretForms(IReadOnlyList<string> secrets)
    {
        // The longest first: one secret may begin with another.
        _forms = [.. secrets.SelectMany(Of).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)];
        _search = SearchValues.Create(_forms, StringComparison.Ordinal);
        var plain = secrets.Select(secret => secret.Trim()).Where(secret => secret.Length >= Shortest).ToList();
        Wrapped = new WrappedForms(plain, plain.SelectMany(EncodedFormsOf));
    }

    /// <summary>The same secrets when lines have broken them.</summary>
    public WrappedForms Wrapped { get; }

    public bool IsEmpty => _forms.Length == 0;

    /// <summary>The first at or after a place.</summary>
    /// <returns>Where, and how long; -1: there is none.</returns>
    public (int Start, int Length) Find(ReadOnlySpan<char> text, int from)
    {
        var found = IsEmpty ? -1 : text[from..].IndexOfAny(_search);
        if (found < 0)
            return (-1, 0);
        var rest = text[(from + found)..];
        foreach (var form in _forms)
        {
            if (rest.StartsWith(form, StringComparison.Ordinal))
                return (from + found, form.Length);
        }
        return (from + found, Shortest);
    }

    private static IEnumerable<string> Of(string secret)
    {
        var trimmed = secret.Trim();
        if (trimmed.Length < Shortest)
            return [];
        var lines = trimmed.Split('\n').Select(line => line.Trim()).Where(line => line.Length >= ShortestLine);
        return lines.Prepend(trimmed).Distinct(StringComparer.Ordinal).SelectMany(FormsOf);
    }

    private static IEnumerable<string> FormsOf(string text)
    {
        yield return text;
        yield return JavaScriptEncoder.Default.Encode(text);
        yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        var escaped = Uri.EscapeDataString(text);
        yield return escaped;
        yield return WithSmallHex(escaped);
        yield return WebUtility.UrlEncode(text);
        foreach (var encoded in EncodedFormsOf(text))
            yield return encoded;
    }

    private static IEnumerable<string> EncodedFormsOf(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return Convert.ToHexString(bytes);
        yield return Convert.ToHexStringLower(bytes);
        for (var before = 0; before < 3; before++)
        {
            var encoded = Base64(bytes, before);
            yield return encoded;
            yield return encoded.Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>The digits that depend on the secret alone when so many bytes (modulo 3) stand before it, and any behind.</summary>
    private static string Base64(byte[] secret, int before)
    {
        var encoded = Convert.ToBase64String([.. new byte[before], .. secret]);
        var first = ((before * 8) + 5) / 6;
        return encoded[first..((before + secret.Length) * 8 / 6)];
    }

    private static string WithSmallHex(string escaped)
    {
        var text = new StringBuilder(escaped);
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] == '%')
                (text[i + 1], text[i + 2]) = (char.ToLower(text[i + 1], CultureInfo.InvariantCulture), char.ToLower(text[i + 2], CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }
}
