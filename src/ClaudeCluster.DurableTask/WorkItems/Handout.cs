using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.WorkItems;

/// <summary>
/// Who takes, inside the commit itself, the work that this commit makes: then nobody has to look for it afterwards. Each claim says how
/// much at most. What nobody takes waits, and the store's bell rings for it.
/// </summary>
/// <param name="Steps">For instances that the commit gave something to do; null takes none.</param>
/// <param name="Activities">For activities that the commit schedules; null takes none.</param>
public sealed record Handout(Claim? Steps, Claim? Activities);

/// <summary>What became of a commit, and what it handed out.</summary>
public sealed record CommitResult(Verdict Verdict, IReadOnlyList<ClaimedStep> Steps, IReadOnlyList<ActivityLease> Activities)
{
    /// <summary>A commit that handed out nothing.</summary>
    public static CommitResult Of(Verdict verdict) => new(verdict, [], []);
}
