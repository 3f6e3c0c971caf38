using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. Finds words, not letters: "guide" does not hold the word <c>ui</c>. Scripts that are written with blanks need an end on
/// both sides, and another script is such an end ("APIを直す" holds <c>api</c>). Scripts that are written without blanks (Han, hiragana,
/// hangul with its particles, Thai, …) match anywhere.
/// </summary>
/// <remarks>
/// Katakana words are compounds without a seam. A word counts inside a longer run if it begins or ends it and the rest could be
/// a word itself: "ユニットテスト" holds テスト, "コンテスト" does not.
/// </remarks>
internal sealed class WholeWords
{
    private const int ShortestKatakanaRest = 3;

    private readonly string _folded;

    public WholeWords(string text)
    {
        Text = PlainText.From(text);
        _folded = Text.ToLowerInvariant();
    }

    private enum Script
    {
        None,
        Spaced,
        Unspaced,
        Katakana,
    }

    /// <summary>Plain, in its own case.</summary>
    public string Text { get; }

    public bool Contains(string word)
    {
        var wanted = PlainText.From(word).ToLowerInvariant();
        if (wanted.Length == 0)
            return false;
        for (var at = _folded.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = Next(wanted, at))
        {
            if (IsWhole(at, wanted.Length))
                return true;
        }

        return false;
    }

    public bool StartsWith(string prefix)
    {
        var wanted = PlainText.From(prefix).ToLowerInvariant();
        return wanted.Length > 0 && _folded.StartsWith(wanted, StringComparison.Ordinal) && IsWhole(0, wanted.Length);
    }

    private int Next(string wanted, int at) => at + 1 < _folded.Length ? _folded.IndexOf(wanted, at + 1, StringComparison.Ordinal) : -1;

    private bool IsWhole(int start, int length)
    {
        var end = start + length;
        var (before, first) = (ScriptBefore(start), ScriptAt(start));
        var (last, after) = (ScriptBefore(end), ScriptAt(end));
        if ((first == Script.Spaced && before == Script.Spaced) || (last == Script.Spaced && (after == Script.Spaced || IsMark(end))))
            return false;
        var restBefore = first == Script.Katakana ? KatakanaBefore(start) : 0;
        var restAfter = last == Script.Katakana ? KatakanaAfter(end) : 0;
        return (restBefore == 0 || restAfter == 0)
            && restBefore is 0 or >= ShortestKatakanaRest
            && restAfter is 0 or >= ShortestKatakanaRest;
    }

    private int KatakanaBefore(int index)
    {
        var start = index;
        while (start > 0 && ScriptOf(new Rune(Safe(_folded[start - 1]))) == Script.Katakana && index - start < ShortestKatakanaRest)
            start--;
        return index - start;
    }

    private int KatakanaAfter(int index)
    {
        var end = index;
        while (end < _folded.Length && ScriptOf(new Rune(Safe(_folded[end]))) == Script.Katakana && end - index < ShortestKatakanaRest)
            end++;
        return end - index;
    }

    private Script ScriptAt(int index) =>
        index < _folded.Length ? ScriptOf(Rune.TryGetRuneAt(_folded, index, out var rune) ? rune : Rune.ReplacementChar) : Script.None;

    /// <summary>A mark belongs to the letter before it.</summary>
    private Script ScriptBefore(int index)
    {
        while (index > 0 && IsMark(index - 1))
            index--;
        if (index == 0)
            return Script.None;
        return Rune.DecodeLastFromUtf16(_folded.AsSpan(0, index), out var rune, out _) == System.Buffers.OperationStatus.Done ? ScriptOf(rune) : Script.None;
    }

    private bool IsMark(int index) => index < _folded.Length
        && char.GetUnicodeCategory(_folded[index]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static char Safe(char character) => char.IsSurrogate(character) ? '\uFFFD' : character;

    private static Script ScriptOf(Rune rune) => rune.Value switch
    {
        '_' => Script.Spaced,
        >= 0x30A1 and <= 0x30FA or >= 0x30FC and <= 0x30FF or >= 0x31F0 and <= 0x31FF => Script.Katakana,
        >= 0x3041 and <= 0x309F or 0x3005 or 0x3007 => Script.Unspaced,
        >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF => Script.Unspaced,
        >= 0x1100 and <= 0x11FF or >= 0x3130 and <= 0x318F or >= 0xAC00 and <= 0xD7AF => Script.Unspaced,
        >= 0x0E00 and <= 0x0EFF or >= 0x1000 and <= 0x109F or >= 0x1780 and <= 0x17FF => Script.Unspaced,
        _ => Rune.IsLetterOrDigit(rune) ? Script.Spaced : Script.None,
    };
}
