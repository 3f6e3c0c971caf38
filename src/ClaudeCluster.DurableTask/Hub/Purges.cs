using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Removes ended instances, in parts, so that no part holds up the hub for long.</summary>
internal sealed class Purges(ITaskHubStore store, HubClock clock)
{
    private const int PurgedAtATime = 500;
    private const int TreesAtATime = 50;

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(status => status.IsTerminal())];

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation) => request switch
    {
        { Recursive: false } => PurgeFlatAsync(request, cancellation),
        { InstanceId: { } root } => PurgeOneTreeAsync(root, cancellation),
        _ => PurgeTreesAsync(request.Filter ?? new PurgeInstancesFilter(), cancellation),
    };

    private async Task<PurgeResult> PurgeFlatAsync(PurgeRequest request, CancellationToken cancellation)
    {
        var (until, all) = (Until(request.Filter), 0);
        while (true)
        {
            var some = await store.PurgeAsync(request, PurgedAtATime, cancellation);
            all += some;
            if (some < PurgedAtATime)
                return new PurgeResult(all);
            if (clock.Now >= until)
                return new PurgeResult(all) { IsComplete = false };
        }
    }

    private async Task<PurgeResult> PurgeOneTreeAsync(string root, CancellationToken cancellation) => new(await PurgeTreeAsync(root, cancellation));

    private async Task<PurgeResult> PurgeTreesAsync(PurgeInstancesFilter filter, CancellationToken cancellation)
    {
        var asked = filter.Statuses is { Count: > 0 } statuses ? [.. Ended.Intersect(statuses)] : Ended;
        var (until, all) = (Until(filter), 0);
        // None of the statuses asked for is an end: an empty list would ask for all.
        var query = asked.Length == 0 ? null : new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, asked, PageSize: TreesAtATime);
        while (query is not null)
        {
            var page = await store.QueryAsync(query, cancellation);
            foreach (var root in page.Values)
                all += await PurgeTreeAsync(root.InstanceId, cancellation);
            query = page.ContinuationToken is { } token ? query with { ContinuationToken = token } : null;
            if (query is not null && clock.Now >= until)
                return new PurgeResult(all) { IsComplete = false };
        }

        return new PurgeResult(all);
    }

    /// <summary>
    /// From the bottom up: as long as something of the tree is left, its root is, so that asking again completes what a crash has cut
    /// off. An open instance stays, with all below it.
    /// </summary>
    private async Task<int> PurgeTreeAsync(string root, CancellationToken cancellation)
    {
        if (await store.ReadInstanceAsync(root, cancellation) is not { IsOpen: false })
            return 0;
        var seen = new HashSet<string>(StringComparer.Ordinal) { root };
        List<string> topDown = [root];
        for (var i = 0; i < topDown.Count; i++)
        {
            var children = await store.ReadChildrenAsync(topDown[i], cancellation);
            topDown.AddRange(children.Where(child => !child.IsOpen).Select(child => child.InstanceId).Where(seen.Add));
        }

        var purged = 0;
        foreach (var id in Enumerable.Reverse(topDown))
            purged += await store.PurgeAsync(new PurgeRequest(id, null), 1, cancellation);
        return purged;
    }

    private DateTimeOffset Until(PurgeInstancesFilter? filter) => filter?.Timeout is { } limit ? clock.Now + limit : DateTimeOffset.MaxValue;
}
