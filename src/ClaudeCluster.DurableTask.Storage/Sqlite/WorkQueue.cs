using ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Work that waits for the writer's thread, in order of arrival.</summary>
internal sealed class WorkQueue
{
    private readonly object _lock = new();
    private readonly Queue<QueuedWork> _waiting = new();
    private bool _closed;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Add(QueuedWork work)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteHubStore));
            _waiting.Enqueue(work);
            if (_waiting.Count == 1)
                Monitor.Pulse(_lock);
        }
    }

    /// <summary>Waits for work; null once the queue is closed and empty.</summary>
    public QueuedWork? Take()
    {
        lock (_lock)
        {
            while (_waiting.Count == 0 && !_closed)
                Monitor.Wait(_lock);
            return _waiting.TryDequeue(out var work) ? work : null;
        }
    }

    /// <summary>What waits now; null if nothing does.</summary>
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
