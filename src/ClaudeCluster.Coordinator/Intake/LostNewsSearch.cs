using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// Looks at the pull requests of flows at rest that have heard nothing for long: what they wait for may have happened unheard. One that stands
/// as it stood at the last look is not asked about further.
/// </summary>
internal sealed class LostNewsSearch(ILostEvents gitHub, Doors doors, TimeSpan every, TimeProvider time)
{
    private readonly Dictionary<string, (DateTimeOffset At, string Mark)> _looked = new(StringComparer.Ordinal);

    public IReadOnlyList<OpenFlow> Due(IReadOnlyList<OpenFlow> flows)
    {
        var now = time.GetUtcNow();
        foreach (var ended in _looked.Keys.Except(flows.Select(flow => flow.State.FlowId), StringComparer.Ordinal).ToList())
            _looked.Remove(ended);
        return [.. flows.Where(flow => flow.State is { PullRequest: not null, IsAtRest: true } && now - flow.LastUpdatedAt >= every && now - _looked.GetValueOrDefault(flow.State.FlowId).At >= every)];
    }

    public async Task LookAsync(OpenFlow flow, CancellationToken cancellation)
    {
        var state = flow.State;
        var before = _looked.GetValueOrDefault(state.FlowId).Mark;
        _looked[state.FlowId] = (time.GetUtcNow(), string.Empty);
        var mark = await gitHub.ReadMarkAsync(state.Repository, state.PullRequest!.Number, state.Head ?? new CommitId(string.Empty), cancellation);
        if (mark != before)
            await LookCloserAsync(state, cancellation);
        _looked[state.FlowId] = (time.GetUtcNow(), mark);
    }

    private async Task LookCloserAsync(FlowState state, CancellationToken cancellation)
    {
        if (await gitHub.ReadPullRequestAsync(state.Repository, state.PullRequest!.Number, cancellation) is not { } now)
            return;
        var unheard = LostNews.Of(state, now);
        foreach (var lost in unheard)
            await doors.HandInAsync(new EventDelivery(lost), cancellation);
        if (unheard.Count == 0 && state is { Phase: FlowPhase.Review, Head: { } head }
            && await gitHub.ReadFailureAsync(state.Repository, state.Branch, head, cancellation) is { } failed && !state.SeenEvents.Contains(failed.Key, StringComparer.Ordinal))
        {
            await doors.HandInAsync(new EventDelivery(failed), cancellation);
        }
    }
}

/// <summary>PURE. What a flow cannot have heard of its pull request, or it would not stand as it does.</summary>
internal static class LostNews
{
    public static IReadOnlyList<RepositoryEvent> Of(FlowState flow, PullRequestNow now)
    {
        var pull = now.Changed.PullRequest;

        // Whoever pushed goes first: conflicts and reviews are of the head as it is now.
        if (!pull.IsOpen || pull.HeadCommit != flow.Head)
            return [now.Changed];
        if (flow.Phase != FlowPhase.Review)
            return [];
        var conflict = now is { Conflicts: true, BaseMoved: { } moved } ? [moved] : Enumerable.Empty<RepositoryEvent>();
        return [.. conflict.Concat(now.Reviews.Where(review => !WasHeard(flow, review)).Select(review => review.Event)).Where(lost => !flow.SeenEvents.Contains(lost.Key, StringComparer.Ordinal))];
    }

    /// <summary>A review of an earlier commit was of work that has changed since; one that was heard began a round.</summary>
    private static bool WasHeard(FlowState flow, ReviewNow review) =>
        (review.Event.Commit is { } commit && commit != flow.Head)
        || flow.Rounds.Append(flow.Round).Any(round => round?.Goal == Goal.AnswerReview && round.At >= review.SubmittedAt)
        || flow.Later.OfType<FlowNews.ChangesRequested>().Any(kept => kept.Review == review.Event.Review);
}
