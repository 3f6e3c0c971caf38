using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.TestKit;

/// <summary>What came back on pull requests, as a test says it; and what the flow answered.</summary>
public sealed class RecordingFeedback : IFeedback
{
    private readonly Lock _gate = new();
    private readonly List<string> _effects = [];

    /// <summary>What <see cref="LookAsync"/> sees.</summary>
    public PullRequestLook? Look { get; set; }

    public IReadOnlyList<FailedCheck> FailedChecks { get; set; } = [];

    public Review Review { get; set; } = new("ada", string.Empty, []);

    /// <summary>How often anything was read.</summary>
    public int Reads { get; private set; }

    /// <summary>What changed, in order, in words.</summary>
    public IReadOnlyList<string> Effects
    {
        get
        {
            lock (_gate)
                return [.. _effects];
        }
    }

    public Task<PullRequestLook?> LookAsync(RepositoryRef repository, int number, CancellationToken cancellationToken) => Read(Look);

    public Task<IReadOnlyList<FailedCheck>> ReadFailedChecksAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken) => Read(FailedChecks);

    public Task<Review> ReadReviewAsync(RepositoryRef repository, int number, long review, CancellationToken cancellationToken) => Read(Review);

    public Task ReplyAsync(RepositoryRef repository, int number, CommentId thread, CommentMarker marker, string markdown, CancellationToken cancellationToken) =>
        Do($"thread {thread} of #{number} answered");

    public Task UpdateAsync(RepositoryRef repository, int number, string body, CancellationToken cancellationToken) => Do($"text of #{number} written");

    public Task ReactAsync(RepositoryRef repository, RemarkRef comment, Reaction reaction, CancellationToken cancellationToken) => Do($"{reaction} at comment {comment.Comment}");

    private Task<T> Read<T>(T answer)
    {
        lock (_gate)
            Reads++;
        return Task.FromResult(answer);
    }

    private Task Do(string effect)
    {
        lock (_gate)
        {
            if (!_effects.Contains(effect, StringComparer.Ordinal))
                _effects.Add(effect);
        }

        return Task.CompletedTask;
    }
}
