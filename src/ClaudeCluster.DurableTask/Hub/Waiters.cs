namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Who waits for which instance. Take a place first, then look, then wait: a change between is not missed.</summary>
internal sealed class Waiters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Place>> _places = new(StringComparer.Ordinal);

    public Place Take(string instanceId)
    {
        var place = new Place(this, instanceId);
        lock (_lock)
        {
            if (!_places.TryGetValue(instanceId, out var places))
                _places.Add(instanceId, places = []);
            places.Add(place);
        }

        return place;
    }

    public void Changed(string instanceId)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(instanceId, out var places))
                places.ForEach(place => place.Changed.Ring());
        }
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            var places = _places[place.InstanceId];
            places.Remove(place);
            if (places.Count == 0)
                _places.Remove(place.InstanceId);
        }
    }

    internal sealed class Place(Waiters waiters, string instanceId) : IDisposable
    {
        public string InstanceId { get; } = instanceId;

        public Signal Changed { get; } = new();

        public void Dispose() => waiters.Leave(this);
    }
}
