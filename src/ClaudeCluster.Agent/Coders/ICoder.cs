namespace ClaudeCluster.Agent;

/// <summary>What edits the code inside an attempt. It changes files in the job's folder and nothing else; it never commits or pushes.</summary>
public interface ICoder
{
    /// <summary>For people: <c>Claude Code 2.1.330</c>, or <c>scripted (no model)</c>.</summary>
    string Name { get; }

    /// <summary>It can go on when it is told that a test fails.</summary>
    bool TakesFollowUps => false;

    /// <summary>Edits until it is done, a limit is reached or the token is cancelled. Leaves no process behind, whatever happens.</summary>
    Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken);
}

/// <summary>One piece of editing.</summary>
public sealed record CoderJob
{
    public required string AttemptId { get; init; }

    /// <summary>The attempt's work tree, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>A folder of the attempt's own, outside of the work tree: the coder's home, temporary files and logs. Deleted after the attempt.</summary>
    public required string Scratch { get; init; }

    /// <summary>What outlives the attempt: the coder's own folder for this task on this PC. Null: it begins without memory and leaves none.</summary>
    public string? Memory { get; init; }

    /// <summary>The mark of every process that works for this attempt, whose scratch folder is its own on this PC.</summary>
    public string Mark => Scratch;

    public required string Prompt { get; init; }

    public required AttemptLimits Limits { get; init; }

    /// <summary>A session on this PC to go on with.</summary>
    public string? ResumeSession { get; init; }

    /// <summary>The prompt goes on from what this attempt's coder did before.</summary>
    public bool IsFollowUp { get; init; }

    /// <summary>Told what happens, for people; decides nothing.</summary>
    public IProgress<string>? Progress { get; init; }
}

/// <summary>How the editing ended.</summary>
public sealed record CoderReport
{
    /// <summary>Null: it ended well. Tests and rules have not been looked at yet.</summary>
    public AttemptOutcome? Failure { get; init; }

    /// <summary>The coder's closing words: a claim.</summary>
    public string? Claimed { get; init; }

    public string? Session { get; init; }

    public Usage Usage { get; init; } = new();
}
