using ClaudeCluster.FakeGitHub.Actions;

namespace ClaudeCluster.FakeGitHub.State;

/// <summary>A check of a commit: a job of Actions, or another app's.</summary>
public sealed class CheckRun(long id, string commit, string app, string name, DateTimeOffset startedAt)
{
    /// <summary>Of a job of Actions, too: the two are one to GitHub.</summary>
    public long Id { get; } = id;

    public string Commit { get; } = commit;

    /// <summary>As in <c>github-actions</c>.</summary>
    public string App { get; } = app;

    public string Name { get; } = name;

    public DateTimeOffset StartedAt { get; } = startedAt;

    /// <summary>The run of Actions that it is a job of; null: another app's.</summary>
    public JobOrigin? Origin { get; init; }

    /// <summary>success, failure, cancelled, …; null: it has not ended.</summary>
    public string? Conclusion { get; set; }

    public string? Title { get; set; }

    public string? Summary { get; set; }

    /// <summary>What the job printed.</summary>
    public byte[] Log { get; set; } = [];

    /// <summary>Its time is over: the API says 410.</summary>
    public bool IsLogDeleted { get; set; }
}

/// <param name="Trigger">As in <c>pull_request</c>.</param>
public sealed record JobOrigin(long RunId, int RunNumber, string Workflow, string Trigger);

/// <summary>How an outside system says what it thinks of a commit.</summary>
/// <param name="State">success, failure, error, pending.</param>
public sealed record CommitStatus(long Id, string Commit, string Context, string State, string? Description, string? Url, User Author, DateTimeOffset CreatedAt);

internal static class Checks
{
    /// <summary>Those that a test made up, and the jobs of workflows that really ran.</summary>
    public static IEnumerable<CheckRun> Of(World world, Repository repository) =>
        repository.CheckRuns.Concat(world.Actions.Runs.Where(run => run.Repository == repository).SelectMany(run => run.Jobs).Select(Of));

    private static CheckRun Of(WorkflowJob job) => new(job.Id, job.Run.Sha, "github-actions", job.Name, job.StartedAt ?? job.Run.CreatedAt)
    {
        Origin = new(job.Run.Id, job.Run.Number, job.Run.Name, job.Run.Event),
        Conclusion = job.Conclusion,
        Log = System.Text.Encoding.UTF8.GetBytes(job.Log),
    };
}
