using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>
/// Code that has just taken a step and stands where history stands: it takes the next one without reading history. The least recently
/// used go first. Who takes one owns it, so that no two deliveries of a step can share it.
/// </summary>
internal class WarmInstances(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Warm>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<Warm> _byUse = new();

    /// <summary>The replay that has seen exactly this item's past, if it is remembered.</summary>
    public virtual OrchestrationReplay? Take(StepWorkItem item)
    {
        lock (_lock)
        {
            if (!_byId.Remove(item.InstanceId, out var node))
                return null;
            _byUse.Remove(node);
            return node.Value.Revision == item.Revision && string.Equals(node.Value.ExecutionId, item.ExecutionId, StringComparison.Ordinal)
                ? node.Value.Replay
                : null;
        }
    }

    /// <summary>Remembers the replay after its step was committed.</summary>
    public virtual void Keep(StepWorkItem item, OrchestrationReplay replay)
    {
        if (most == 0)
            return;
        lock (_lock)
        {
            if (_byId.Remove(item.InstanceId, out var older))
                _byUse.Remove(older);
            else if (_byId.Count == most)
                Forget(_byUse.First!);
            _byId.Add(item.InstanceId, _byUse.AddLast(new Warm(item.InstanceId, item.ExecutionId, item.Revision + 1, replay)));
        }
    }

    private void Forget(LinkedListNode<Warm> node)
    {
        _byUse.Remove(node);
        _byId.Remove(node.Value.InstanceId);
    }

    private sealed record Warm(string InstanceId, string ExecutionId, int Revision, OrchestrationReplay Replay);
}
