using System.Diagnostics.CodeAnalysis;

namespace ClaudeCluster.DurableTask;

/// <summary>Which of two versions is older.</summary>
internal static class VersionOrder
{
    /// <summary>
    /// No version is older than any. Two that are numbers (2, 1.10, 2.0.1) are compared as numbers, so that 1.10 comes after 1.9 and 2 is
    /// 2.0; all others as text without case.
    /// </summary>
    public static int Compare(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
            return left.Length.CompareTo(right.Length);
        return TryParse(left, out var numbers) && TryParse(right, out var others)
            ? numbers.CompareTo(others)
            : string.Compare(left, right, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out Version? numbers)
    {
        if (!Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : $"{text}.0", out numbers))
            return false;
        numbers = new Version(numbers.Major, numbers.Minor, Math.Max(0, numbers.Build), Math.Max(0, numbers.Revision));
        return true;
    }
}
