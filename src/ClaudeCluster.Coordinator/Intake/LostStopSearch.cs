using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// Finds open flows whose issue was closed, lost its label, or got one that keeps the cluster away. Whose issue is still in the list of those
/// with the label is not asked about, unless that other label is there too.
/// </summary>
internal sealed class LostStopSearch(ILostEvents gitHub, Doors doors)
{
    /// <summary>What was found of an issue as it stood then.</summary>
    private readonly Dictionary<(long Repository, string FlowId), DateTimeOffset> _judged = [];

    public async Task LookAsync(RepositoryRef repository, IReadOnlyList<OpenFlow> flows, IReadOnlySet<int> undisturbed, CancellationToken cancellation)
    {
        foreach (var flow in flows.Where(flow => !undisturbed.Contains(flow.State.Issue.Number)))
            await JudgeAsync(repository, flow, cancellation);
        foreach (var ended in _judged.Keys.Where(judged => judged.Repository == repository.Id && !flows.Any(flow => flow.State.FlowId == judged.FlowId)).ToList())
            _judged.Remove(ended);
    }

    private async Task JudgeAsync(RepositoryRef repository, OpenFlow flow, CancellationToken cancellation)
    {
        var (number, labels) = (flow.State.Issue.Number, flow.State.Policy.Labels);
        if (await gitHub.ReadIssueAsync(repository, number, cancellation) is not { } now || _judged.GetValueOrDefault((repository.Id, flow.State.FlowId)) == now.UpdatedAt)
            return;
        var trigger = flow.State.Issue.Labels.Any(label => IsSame(label, labels.Trigger)) ? labels.Trigger : null;
        var isStopped = !now.IsOpen || (trigger is not null && !now.Labels.Any(label => IsSame(label, trigger))) || now.Labels.Any(label => labels.Exclude.Any(exclude => IsSame(exclude, label)));

        // GitHub's times are whole seconds.
        if (isStopped && await gitHub.ReadStopAsync(repository, number, trigger, labels.Exclude, flow.StartedAt - TimeSpan.FromSeconds(1), cancellation) is { } stop)
            await doors.HandInAsync(new EventDelivery(stop) { IsLookedUp = true }, cancellation);
        _judged[(repository.Id, flow.State.FlowId)] = now.UpdatedAt;
    }

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
