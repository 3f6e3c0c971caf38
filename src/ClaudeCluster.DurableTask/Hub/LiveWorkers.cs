namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Which workers are alive: those that are connected or still hold work.</summary>
internal sealed class LiveWorkers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _signs = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids
    {
        get
        {
            lock (_lock)
                return [.. _signs.Keys];
        }
    }

    public void Enter(string workerId)
    {
        lock (_lock)
            _signs[workerId] = _signs.GetValueOrDefault(workerId) + 1;
    }

    public void Leave(string workerId)
    {
        lock (_lock)
        {
            if (--_signs[workerId] == 0)
                _signs.Remove(workerId);
        }
    }
}
