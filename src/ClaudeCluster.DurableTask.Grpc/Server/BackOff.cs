using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>Work that is given back again and again is handed out ever later: 0.2 s, doubled each time, up to 30 s.</summary>
internal sealed class BackOff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private const int MostDoublings = 7;
    private const int MostRemembered = 10_000;
    private readonly ConcurrentDictionary<string, int> _times = new(StringComparer.Ordinal);

    /// <summary>Gives the work back when its time has come. Until then it is held.</summary>
    public void Abandon(LocalTaskHub hub, WorkItem item)
    {
        if (_times.Count >= MostRemembered)
            _times.Clear();
        var doublings = _times.AddOrUpdate(Key(item), 0, static (_, before) => Math.Min(before + 1, MostDoublings));
        _ = GiveBackAsync(hub, item, First * (1 << doublings));
    }

    /// <summary>A step of the instance went well.</summary>
    public void Forget(string instanceId) => _times.TryRemove(instanceId, out _);

    private static string Key(WorkItem item) => item is ActivityWorkItem activity ? $"{item.InstanceId}#{activity.TaskId}" : item.InstanceId;

    private async Task GiveBackAsync(LocalTaskHub hub, WorkItem item, TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, time);
            await hub.AbandonAsync(item);
        }
        catch (Exception)
        {
            // The hub is closing or cannot write: the lease runs out instead.
        }
    }
}
