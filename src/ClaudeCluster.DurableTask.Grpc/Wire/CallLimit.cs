namespace ClaudeCluster.DurableTask.Grpc.Wire;

/// <summary>
/// How long a call may take. The other side is told, but whoever answers for it may not hear: a proxy goes on answering pings while what is
/// behind it hangs. So this side counts too.
/// </summary>
internal sealed class CallLimit : IDisposable
{
    private readonly TimeSpan? _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _over;
    private readonly CancellationTokenSource? _end;

    /// <param name="limit">Null: it may take for ever.</param>
    /// <param name="time">The clock.</param>
    /// <param name="caller">The caller no longer wants the answer.</param>
    public CallLimit(TimeSpan? limit, TimeProvider time, CancellationToken caller)
    {
        (_limit, _caller) = (limit, caller);
        if (limit is not { } most)
            return;
        _over = new CancellationTokenSource(most, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(caller, _over.Token);
    }

    /// <summary>Cancelled when the time is over, or by the caller.</summary>
    public CancellationToken Token => _end?.Token ?? _caller;

    /// <summary>True if the time is over and the caller still waits.</summary>
    public bool IsOver => _over is { IsCancellationRequested: true } && !_caller.IsCancellationRequested;

    /// <summary>Something came, so the time begins again, unless it was over.</summary>
    public void BeginAgain()
    {
        if (_limit is { } limit)
            _over?.CancelAfter(limit);
    }

    public void Dispose()
    {
        _end?.Dispose();
        _over?.Dispose();
    }
}
