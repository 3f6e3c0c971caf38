using System.Text.RegularExpressions;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>What docs/threats.md calls a test is one: a page that promises a defence names what holds it.</summary>
public sealed partial class ThreatsTests
{
    private static readonly Dictionary<string, string> Classes = Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .GroupBy(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal)
        .ToDictionary(files => files.Key, files => string.Concat(files.Select(File.ReadAllText)), StringComparer.Ordinal);

    [Fact]
    public void Each_named_test_is_there()
    {
        var named = Name().Matches(Repository.Read("docs/threats.md"));

        Assert.NotEmpty(named);
        Findings.None(named.Where(name => !IsThere(name.Groups["type"].Value, name.Groups["method"].Value)).Select(name => name.Value));
    }

    private static bool IsThere(string type, string method) =>
        Classes.TryGetValue(type, out var text) && (method.Length == 0 || text.Contains($" {method}(", StringComparison.Ordinal));

    [GeneratedRegex(@"`(?<type>[A-Z][A-Za-z]+(?:Tests|Failures))(?:\.(?<method>[A-Z]\w+))?`", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
