namespace ClaudeCluster.DurableTask.Storage;

/// <summary>Tells those who look for work that there is some, so that nobody has to poll.</summary>
public sealed class WorkBell
{
    private readonly Lock _lock = new();
    private Action[] _listeners = [];

    /// <summary>Called at each ring, on the ringer's thread, until it is disposed.</summary>
    public IDisposable Listen(Action listener)
    {
        lock (_lock)
            _listeners = [.. _listeners, listener];
        return new Listening(this, listener);
    }

    public void Ring()
    {
        foreach (var listener in Volatile.Read(ref _listeners))
            listener();
    }

    private sealed class Listening(WorkBell bell, Action listener) : IDisposable
    {
        public void Dispose()
        {
            lock (bell._lock)
                bell._listeners = [.. bell._listeners.Where(other => other != listener)];
        }
    }
}
