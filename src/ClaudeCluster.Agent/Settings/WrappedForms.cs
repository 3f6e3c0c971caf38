using System.Buffers;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. Secrets that were broken into lines, as <c>base64</c> does after 76 digits: searched for in text of which only the digits are left, whatever stands
/// between them.
/// </summary>
internal sealed class WrappedForms
{
    // Put together, the words of a text could be a short secret that is made of words.
    private const int ShortestPlain = 20;
    private const int ShortestEncoded = 8;

    private readonly string[] _forms;
    private readonly SearchValues<string> _search;

    /// <param name="plain">Secrets as they are.</param>
    /// <param name="encoded">What they look like as base64 and as hexadecimal digits.</param>
    public WrappedForms(IEnumerable<string> plain, IEnumerable<string> encoded)
    {
        _forms = [.. plain.Where(form => form.Length >= ShortestPlain).Concat(encoded.Where(form => form.Length >= ShortestEncoded))
            .Where(form => form.All(IsDigit)).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)];
        _search = SearchValues.Create(_forms, StringComparison.Ordinal);
    }

    /// <summary>Of the longest form.</summary>
    public int Longest => _forms.Length == 0 ? 0 : _forms[0].Length;

    /// <summary>The first in text of digits alone, at or after a place.</summary>
    /// <returns>Where, and how long; -1: there is none.</returns>
    public (int Start, int Length) Find(string digits, int from)
    {
        var found = _forms.Length == 0 ? -1 : digits.AsSpan(from).IndexOfAny(_search);
        if (found < 0)
            return (-1, 0);
        var form = Array.Find(_forms, form => digits.AsSpan(from + found).StartsWith(form, StringComparison.Ordinal));
        return (from + found, form!.Length);
    }

    /// <summary>The digits of a text; an escaped end of a line is none.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="places">Where each of them stood; null: nobody asks.</param>
    public static string DigitsOf(ReadOnlySpan<char> text, List<int>? places = null)
    {
        var digits = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && (text[i + 1] is 'n' or 'r' or 't'))
            {
                i++;
            }
            else if (IsDigit(text[i]))
            {
                digits.Append(text[i]);
                places?.Add(i);
            }
        }
        return digits.ToString();
    }

    private static bool IsDigit(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '/' or '=' or '_' or '-';
}
