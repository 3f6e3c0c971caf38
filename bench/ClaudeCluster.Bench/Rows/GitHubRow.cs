using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;

namespace ClaudeCluster.Bench.Rows;

/// <summary>What an issue costs of GitHub's API, from the label to the merge, when nothing comes back on its pull request.</summary>
internal sealed class GitHubRow : Row
{
    private const int Issues = 3;

    public override string Id => RowCatalogue.GitHub;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var place = await BenchGitHub.StartAsync(run.Folder, cancellation);
        var most = 0;
        for (var issue = 0; issue < Issues; issue++)
            most = Math.Max(most, await place.CountFromLabelToMergeAsync(cancellation));
        yield return new Figure(Id, "one issue", "requests", most, "requests", Goals.RequestsPerIssue) { Note = $"the most of {Issues} issues" };
    }
}
