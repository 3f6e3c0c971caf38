namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Wakes who waits. Take <see cref="Next"/>, then look, and wait only if there was nothing: what comes between is not missed.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _next = NewRing();

    /// <summary>Done at the next ring.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Ring() => Interlocked.Exchange(ref _next, NewRing()).TrySetResult();

    private static TaskCompletionSource NewRing() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
