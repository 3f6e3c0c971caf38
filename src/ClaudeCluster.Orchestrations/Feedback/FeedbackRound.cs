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

    /// <summary>The coder may have been told in the attempt before: that there is nothing left to change is no question to anybody.</summary>
    public bool MayBeDone { get; init; }

    /// <summary>As it is remembered.</summary>
    internal FeedbackRound Short => this with { Text = string.Empty, Threads = [] };

    /// <summary>What people said; the attempt has their words by itself.</summary>
    internal static FeedbackRound OfGuidance(DateTimeOffset now) => new(Goal.FollowGuidance, "somebody asked for more", now) { Text = "People asked for more; see what they said." };
}
