namespace ClaudeCluster.Bench.Workloads;

/// <summary>Durations in milliseconds, and what stands at which part of them.</summary>
internal sealed class Latencies
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public void Add(TimeSpan duration)
    {
        lock (_lock)
            _milliseconds.Add(duration.TotalMilliseconds);
    }

    /// <summary>The median at 0.5; NaN if there is nothing.</summary>
    public double At(double part)
    {
        lock (_lock)
        {
            _milliseconds.Sort();
            return _milliseconds.Count == 0 ? double.NaN : _milliseconds[Math.Min(_milliseconds.Count - 1, (int)(_milliseconds.Count * part))];
        }
    }
}
