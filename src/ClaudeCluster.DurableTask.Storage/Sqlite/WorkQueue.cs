using ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>
/// Work that waits to be written, in order of arrival, and whose turn it is to write. Who comes while nobody writes does it himself: a
/// change of threads takes as long as a flush. Who comes later finds his work taken along, or done by the writer's own thread.
/// </summary>
internal sealed class WorkQueue
{
    private readonly object _lock = new();
    private readonly Queue<QueuedWork> _waiting = new();
    private bool _busy;
    private bool _closed;

    /// <summary>The work itself, if the caller must write it now and then <see cref="Leave"/>; null if somebody else will.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public QueuedWork? Add(QueuedWork work)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteHubStore));
            if (!_busy)
            {
                _busy = true;
                return work;
            }

            _waiting.Enqueue(work);
            return null;
        }
    }

    /// <summary>Ends the turn of a caller who wrote.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _busy = false;
            if (_waiting.Count > 0 || _closed)
                Monitor.Pulse(_lock);
        }
    }

    /// <summary>For the writer's own thread: waits until something is left for it, and takes the turn; null once the queue is closed and empty.</summary>
    public QueuedWork? Take()
    {
        lock (_lock)
        {
            while (_busy || (_waiting.Count == 0 && !_closed))
                Monitor.Wait(_lock);
            _busy = _waiting.TryDequeue(out var work);
            return work;
        }
    }

    /// <summary>What waits now, for who has the turn; null if nothing does.</summary>
    public QueuedWork? TryTake()
    {
        lock (_lock)
            return _waiting.TryDequeue(out var work) ? work : null;
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }
    }
}

/// <summary>A piece of work for the writer, and who waits for it.</summary>
internal abstract class QueuedWork
{
    /// <summary>May be called again after what it wrote was rolled back.</summary>
    public abstract void Run(HubTables tables);

    public abstract void Succeed();

    public abstract void Fail(Exception e);
}

/// <inheritdoc/>
internal sealed class QueuedWork<T>(Func<HubTables, T> work) : QueuedWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Done => _done.Task;

    public override void Run(HubTables tables) => _result = work(tables);

    public override void Succeed() => _done.SetResult(_result);

    public override void Fail(Exception e) => _done.SetException(e);
}
