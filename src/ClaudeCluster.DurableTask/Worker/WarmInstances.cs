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
    /// <param name="item">The step.</param>
    /// <param name="stale">One that has seen something else, and is forgotten.</param>
    public virtual OrchestrationReplay? Take(StepWorkItem item, out OrchestrationReplay? stale)
    {
        stale = null;
        lock (_lock)
        {
            if (!_byId.TryGetValue(item.InstanceId, out var node))
                return null;
            Forget(node);
            if (node.Value.Revision == item.Revision && string.Equals(node.Value.ExecutionId, item.ExecutionId, StringComparison.Ordinal))
                return node.Value.Replay;
            stale = node.Value.Replay;
            return null;
        }
    }

    /// <summary>Remembers the replay after its step was committed. The one that is forgotten for it, if one is.</summary>
    public virtual OrchestrationReplay? Keep(StepWorkItem item, OrchestrationReplay replay)
    {
        if (most == 0)
            return replay;
        lock (_lock)
        {
            var forgotten = _byId.GetValueOrDefault(item.InstanceId) ?? (_byId.Count == most ? _byUse.First : null);
            if (forgotten is not null)
                Forget(forgotten);
            _byId.Add(item.InstanceId, _byUse.AddLast(new Warm(item.InstanceId, item.ExecutionId, item.Revision + 1, replay)));
            return forgotten?.Value.Replay;
        }
    }

    /// <summary>Forgets all; what was remembered.</summary>
    public IReadOnlyList<OrchestrationReplay> Clear()
    {
        lock (_lock)
        {
            List<OrchestrationReplay> all = [.. _byUse.Select(warm => warm.Replay)];
            _byUse.Clear();
            _byId.Clear();
            return all;
        }
    }

    private void Forget(LinkedListNode<Warm> node)
    {
        _byUse.Remove(node);
        _byId.Remove(node.Value.InstanceId);
    }

    private sealed record Warm(string InstanceId, string ExecutionId, int Revision, OrchestrationReplay Replay);
}
