using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Who waits for which instance. Take a place first, then look, then wait: a change between is not missed.</summary>
internal sealed class Waiters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Place>> _places = new(StringComparer.Ordinal);

    public Place Take(string instanceId, bool forEnd)
    {
        var place = new Place(this, instanceId) { WaitsForEnd = forEnd };
        lock (_lock)
        {
            if (!_places.TryGetValue(instanceId, out var places))
                _places.Add(instanceId, places = []);
            places.Add(place);
        }

        return place;
    }

    /// <summary>Something has changed; what, is to be read.</summary>
    public void Changed(string instanceId)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(instanceId, out var places))
                places.ForEach(place => place.Changed.Ring());
        }
    }

    /// <summary>
    /// This is how it stands after a commit. Who waits for its end need not be woken by each step before it, nor read what it is told here.
    /// </summary>
    public void Changed(InstanceState after)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(after.InstanceId, out var places))
                places.ForEach(place => place.Tell(after));
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

        /// <summary>Only ends are of interest here.</summary>
        public bool WaitsForEnd { get; init; }

        /// <summary>How it ended, if that was told.</summary>
        public InstanceState? End { get; private set; }

        public void Tell(InstanceState after)
        {
            if (!after.IsOpen)
                End = after;
            if (!after.IsOpen || !WaitsForEnd)
                Changed.Ring();
        }

        public void Dispose() => waiters.Leave(this);
    }
}
