using System.Runtime.CompilerServices;

namespace ClaudeCluster.DurableTask.Generators.Tests;

/// <summary>
/// A text that a person has approved, compared byte for byte. After a change that is meant: run the tests with APPROVE=1 and
/// look at the diff of <c>Calls/Goldens/</c> before it is committed.
/// </summary>
internal static class Golden
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "ClaudeCluster.DurableTask.Generators.Tests", "Calls", "Goldens");

    /// <summary>The approved texts whose names begin so.</summary>
    public static IEnumerable<string> Names(string start) =>
        Directory.GetFiles(Folder, start + ".*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static void Matches(string text, string name)
    {
        var path = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
            File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"{name} is not approved yet. Run the tests with APPROVE=1.");
        var approved = File.ReadAllText(path);
        Assert.True(approved == text, $"{name} differs. If that is meant, run the tests with APPROVE=1.\n--- approved\n{approved}\n--- found\n{text}");
    }
}

internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
