using System.Collections.Concurrent;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>
/// Runs orchestrator code on one thread at a time, in one order. Continuations that the code posts are run in turn until none is left;
/// whoever comes from another thread has left the durable world, which is noted.
/// </summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private int _thread;
    private volatile bool _left;

    /// <summary>True once code has come back from a thread that is not the orchestrator's.</summary>
    public bool WasLeft => _left;

    public bool IsCurrent => Environment.CurrentManagedThreadId == Volatile.Read(ref _thread);

    /// <summary>Runs the action and all that it set going, until everything waits.</summary>
    public void Run(Action action)
    {
        var outer = Current;
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        SetSynchronizationContext(this);
        try
        {
            action();
            while (_posted.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            SetSynchronizationContext(outer);
            Volatile.Write(ref _thread, 0);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        _left |= !IsCurrent;
        _posted.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!IsCurrent)
            Leave();
        d(state);
    }

    /// <summary>Notes that code was met on a thread of its own.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public void Leave()
    {
        _left = true;
        throw new InvalidOperationException(
            "The orchestrator used its context from another thread. Await only what the context returns: "
            + "no Task.Run, no ConfigureAwait(false), no CancelAsync, no I/O.");
    }

    public override SynchronizationContext CreateCopy() => this;
}
