namespace ClaudeCluster.Architecture.Tests;

/// <summary>A test that finds something names all of it, each on its line.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string?> findings)
    {
        var found = findings.ToList();
        if (found.Count > 0)
            Assert.Fail($"{found.Count} found:\n  {string.Join("\n  ", found)}");
    }
}
