namespace ClaudeCluster.Agent;

/// <summary>PURE. Values that stand for a secret in documentation and samples, and open nothing.</summary>
internal static class Placeholder
{
    private const int LeastDifferent = 8;

    private static readonly string[] Words = ["example", "placeholder", "xxxx", "dummy", "changeme", "change-me", "your-", "your_", "redacted", "0123456789", "1234567890", "abcdefgh", "...."];

    // The storage emulator's own key, and the sample of jwt.io: everybody has them.
    private static readonly string[] WellKnown = ["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkw"];

    public static bool IsOne(ReadOnlySpan<char> value)
    {
        foreach (var word in Words)
        {
            if (value.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        foreach (var known in WellKnown)
        {
            if (value.Contains(known, StringComparison.Ordinal))
                return true;
        }
        var different = new HashSet<char>();
        foreach (var letter in value)
            different.Add(letter);
        return different.Count < LeastDifferent;
    }
}
