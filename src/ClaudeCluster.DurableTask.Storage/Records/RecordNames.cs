namespace ClaudeCluster.DurableTask.Storage.Records;

/// <summary>Names that every database keeps alike and puts in the same order: printable ASCII.</summary>
internal static class RecordNames
{
    private const int LongestKind = 100;
    private const int LongestKey = 200;

    /// <exception cref="ArgumentException">One of them cannot be a name.</exception>
    public static void Check(string kind, string key)
    {
        CheckKind(kind);
        Check("key", key, LongestKey);
    }

    /// <inheritdoc cref="Check(string, string)"/>
    public static void CheckKind(string kind) => Check("kind or log", kind, LongestKind);

    private static void Check(string what, string name, int longest)
    {
        if (name.Length == 0 || name.Length > longest || name.Any(c => c is < '!' or > '~'))
            throw new ArgumentException($"'{name}' is no name of a {what}: printable ASCII without blanks, 1 to {longest} characters.");
    }
}
