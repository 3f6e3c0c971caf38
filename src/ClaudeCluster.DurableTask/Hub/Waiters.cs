namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Who waits for which instance. Take a place first, then look, then wait: a change between is not missed.</summary>
internal sealed class Waiters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    public Place Take(string instanceId)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(instanceId, out var place))
                _places.Add(instanceId, place = new Place(this, instanceId));
            place.Visitors++;
            return place;
        }
    }

    public void Changed(string instanceId)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(instanceId, out var place))
                place.Changed.Ring();
        }
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            if (--place.Visitors == 0)
                _places.Remove(place.InstanceId);
        }
    }

    internal sealed class Place(Waiters waiters, string instanceId) : IDisposable
    {
        public string InstanceId { get; } = instanceId;

        public Signal Changed { get; } = new();

        public int Visitors { get; set; }

        public void Dispose() => waiters.Leave(this);
    }
}
