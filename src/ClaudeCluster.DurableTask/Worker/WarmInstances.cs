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
    private List<OrchestrationReplay> _forgotten = [];

    /// <summary>The replay that has seen exactly this item's past, if it is remembered. One that has seen something else is forgotten.</summary>
    public virtual OrchestrationReplay? Take(StepWorkItem item)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(item.InstanceId, out var node))
                return null;
            Remove(node);
            if (node.Value.Revision == item.Revision && string.Equals(node.Value.ExecutionId, item.ExecutionId, StringComparison.Ordinal))
                return node.Value.Replay;
            _forgotten.Add(node.Value.Replay);
            return null;
        }
    }

    /// <summary>Remembers the replay after its step was committed.</summary>
    public virtual void Keep(StepWorkItem item, OrchestrationReplay replay)
    {
        lock (_lock)
        {
            var forgotten = _byId.GetValueOrDefault(item.InstanceId) ?? (_byId.Count >= most ? _byUse.First : null);
            if (forgotten is not null)
                Forget(forgotten);
            if (most == 0)
                _forgotten.Add(replay);
            else
                _byId.Add(item.InstanceId, _byUse.AddLast(new Warm(item.InstanceId, item.ExecutionId, item.Revision + 1, replay)));
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            while (_byUse.First is { } node)
                Forget(node);
        }
    }

    /// <summary>What was forgotten since the last call, to be disposed.</summary>
    public IReadOnlyList<OrchestrationReplay> TakeForgotten()
    {
        lock (_lock)
        {
            if (_forgotten.Count == 0)
                return [];
            var all = _forgotten;
            _forgotten = [];
            return all;
        }
    }

    private void Forget(LinkedListNode<Warm> node)
    {
        Remove(node);
        _forgotten.Add(node.Value.Replay);
    }

    private void Remove(LinkedListNode<Warm> node)
    {
        _byUse.Remove(node);
        _byId.Remove(node.Value.InstanceId);
    }

    private sealed record Warm(string InstanceId, string ExecutionId, int Revision, OrchestrationReplay Replay);
}
