namespace ClaudeCluster.Orchestrations;

/// <summary>What came back on a pull request and is to be answered by new work on it.</summary>
/// <param name="Goal">What its attempts are for.</param>
/// <param name="What">In a few words, for people: <c>the checks failed: CI / test</c>.</param>
/// <param name="At">When the flow heard of it.</param>
public sealed record FeedbackRound(Goal Goal, string What, DateTimeOffset At)
{
    /// <summary>All of it, for the coder: what the checks printed, what the reviewer wrote. Empty in rounds that are over.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The review's threads, each of which gets an answer.</summary>
    public IReadOnlyList<CommentId> Threads { get; init; } = [];

    /// <summary>As it is remembered.</summary>
    internal FeedbackRound Short => this with { Text = string.Empty, Threads = [] };
}
