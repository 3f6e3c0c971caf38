namespace ClaudeCluster.DurableTask;

/// <summary>An orchestrator that the registry has made and that wants to be disposed. Others are not wrapped.</summary>
internal sealed class OwnedOrchestrator(ITaskOrchestrator code) : ITaskOrchestrator, IAsyncDisposable
{
    public Type InputType => code.InputType;

    public Type OutputType => code.OutputType;

    public static ITaskOrchestrator Wrap(ITaskOrchestrator code) => code is IDisposable or IAsyncDisposable ? new OwnedOrchestrator(code) : code;

    public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => code.RunAsync(context, input);

    public ValueTask DisposeAsync() => OwnedTasks.DisposeAsync(code);
}

/// <summary>An activity that the registry has made and that wants to be disposed. Others are not wrapped.</summary>
internal sealed class OwnedActivity(ITaskActivity code) : ITaskActivity, IAsyncDisposable
{
    public Type InputType => code.InputType;

    public Type OutputType => code.OutputType;

    public static ITaskActivity Wrap(ITaskActivity code) => code is IDisposable or IAsyncDisposable ? new OwnedActivity(code) : code;

    public Task<object?> RunAsync(TaskActivityContext context, object? input) => code.RunAsync(context, input);

    public ValueTask DisposeAsync() => OwnedTasks.DisposeAsync(code);
}

internal static class OwnedTasks
{
    public static ValueTask DisposeAsync(object code)
    {
        if (code is IAsyncDisposable asynchronous)
            return asynchronous.DisposeAsync();
        ((IDisposable)code).Dispose();
        return ValueTask.CompletedTask;
    }
}
