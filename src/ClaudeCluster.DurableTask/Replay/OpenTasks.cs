namespace ClaudeCluster.DurableTask.Replay;

/// <summary>Who awaits which task id. Answers to ids that nobody awaits, or no longer, change nothing.</summary>
internal sealed class OpenTasks
{
    private readonly Dictionary<int, Open> _open = [];

    public int Count => _open.Count;

    /// <summary>The code waits for this id; the result is the answer's payload.</summary>
    public Task<string?> Add(int taskId, TaskKind kind, string name, CancellationToken cancellation = default)
    {
        // No asynchronous continuations: the code goes on inside the call that brings the answer, on the orchestrator's thread.
        var open = new Open(kind, name, new TaskCompletionSource<string?>());
        _open.Add(taskId, open);
        if (cancellation.CanBeCanceled)
            open.Registration = cancellation.Register(() => Cancel(taskId, cancellation));
        return open.Source.Task;
    }

    public void Complete(int taskId, TaskKind kind, string? result) => Take(taskId, kind)?.Source.TrySetResult(result);

    public void Fail(int taskId, TaskKind kind, TaskFailureDetails failure)
    {
        if (Take(taskId, kind) is { } open)
            open.Source.TrySetException(new TaskFailedException(open.Name, taskId, failure));
    }

    private void Cancel(int taskId, CancellationToken cancellation)
    {
        if (_open.Remove(taskId, out var open))
            open.Source.TrySetCanceled(cancellation);
    }

    private Open? Take(int taskId, TaskKind kind)
    {
        if (!_open.TryGetValue(taskId, out var open) || open.Kind != kind)
            return null;
        _open.Remove(taskId);
        open.Registration.Dispose();
        return open;
    }

    private sealed record Open(TaskKind Kind, string Name, TaskCompletionSource<string?> Source)
    {
        public CancellationTokenRegistration Registration { get; set; }
    }
}

internal enum TaskKind
{
    Activity,
    SubOrchestration,
    Timer,
}
