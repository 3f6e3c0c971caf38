using System.Text.RegularExpressions;

namespace ClaudeCluster.Architecture.Tests;

/// <summary>The rules for GitHub Actions that a reviewer must not have to remember.</summary>
public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Action_is_pinned_by_its_full_commit(string workflow) =>
        Assert.All(Uses().Matches(Text(workflow)).Select(use => use.Groups["action"].Value), action => Assert.Matches(PinnedAction(), action));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Text_that_a_stranger_wrote_never_becomes_a_command(string workflow)
    {
        var lines = Text(workflow).Split('\n');
        var indent = -1;
        foreach (var line in lines)
        {
            var depth = line.Length - line.TrimStart().Length;
            if (indent >= 0 && line.Trim().Length > 0 && depth <= indent)
                indent = -1;
            if (RunStep().IsMatch(line))
                indent = line.IndexOf("run:", StringComparison.Ordinal);
            if (indent >= 0)
                Assert.DoesNotContain("${{", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Rights_are_named_and_jobs_end(string workflow)
    {
        var text = Text(workflow);

        Assert.Contains("\npermissions:", text, StringComparison.Ordinal);
        Assert.Equal(RunsOn().Count(text), TimeLimit().Count(text));
        Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
    }

    /// <summary>What runs on the PCs of the cluster: everything that it needs is there, and only the default branch has a say.</summary>
    [Theory]
    [InlineData("claude-cluster.yml")]
    [InlineData("claude-agent.yml")]
    public void Workflow_on_our_own_PCs_uses_no_action_and_no_event_of_a_branch_that_anybody_may_push(string workflow)
    {
        var text = Text(workflow);

        Assert.Empty(Uses().Matches(text));
        Assert.DoesNotMatch(EventOfAPullRequest(), text);
        Assert.Contains("\npermissions: {}\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  cancel-in-progress: false\n  queue: max\n", text, StringComparison.Ordinal);
    }

    private static string Text(string workflow) => Repository.Read($".github/workflows/{workflow}");

    [GeneratedRegex(@"^\s*(- )?uses:\s*(?<action>\S+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Uses();

    [GeneratedRegex(@"^(\./|[\w.-]+/[\w./-]+@[0-9a-f]{40}$)", RegexOptions.None, 1000)]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"^\s*(- )?run:", RegexOptions.None, 1000)]
    private static partial Regex RunStep();

    [GeneratedRegex(@"^\s+pull_request", RegexOptions.Multiline, 1000)]
    private static partial Regex EventOfAPullRequest();

    [GeneratedRegex(@"^\s+runs-on:", RegexOptions.Multiline, 1000)]
    private static partial Regex RunsOn();

    [GeneratedRegex(@"^    timeout-minutes:", RegexOptions.Multiline, 1000)]
    private static partial Regex TimeLimit();
}
