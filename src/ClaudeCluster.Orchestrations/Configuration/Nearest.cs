namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. "Did you mean …?"</summary>
internal static class Nearest
{
    private const int LongestWord = 60;

    /// <returns>The known word that is a slip or two away; null if none is near.</returns>
    public static string? To(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > LongestWord)
            return null;
        var best = known
            .Where(candidate => candidate.Length <= LongestWord)
            .Select(candidate => (Word: candidate, Distance: Distance(Fold(word), Fold(candidate))))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Word, StringComparer.Ordinal)
            .FirstOrDefault((Word: string.Empty, Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, word.Length / 3) ? best.Word : null;
    }

    private static string Fold(string word) => word.ToLowerInvariant().Replace('_', '-');

    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
