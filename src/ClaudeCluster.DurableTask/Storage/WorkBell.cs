namespace ClaudeCluster.DurableTask.Storage;

/// <summary>
/// Wakes who waits for work. Take <see cref="Next"/>, look for work, and wait only if there was none: a ring between the look and the
/// wait is then not missed.
/// </summary>
public sealed class WorkBell
{
    private TaskCompletionSource _next = NewRing();

    /// <summary>Done at the next ring.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Ring() => Interlocked.Exchange(ref _next, NewRing()).TrySetResult();

    private static TaskCompletionSource NewRing() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
