namespace ClaudeCluster.FakeGitHub;

/// <summary>That something may have changed: each request but a look is one, and whoever waits in another process need not ask again and again.</summary>
internal sealed class Changes
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;

    public void Tell()
    {
        lock (_gate)
        {
            _count++;
            _next.SetResult();
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <returns>How many there were: at once if they are not as many as somebody saw, else at the next one, or when the longest wait is over.</returns>
    public async Task<long> WaitAsync(long seen, CancellationToken gone)
    {
        Task next;
        lock (_gate)
        {
            if (_count != seen)
                return _count;
            next = _next.Task;
        }

        await Task.WhenAny(next, Task.Delay(LongestWait, gone));
        lock (_gate)
            return _count;
    }
}
