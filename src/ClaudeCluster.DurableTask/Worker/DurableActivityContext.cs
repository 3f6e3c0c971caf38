namespace ClaudeCluster.DurableTask.Worker;

/// <summary>What this engine tells an activity beyond <see cref="TaskActivityContext"/>.</summary>
public sealed class DurableActivityContext(
    TaskName name, string instanceId, string executionId, int taskId, CancellationToken stopping) : TaskActivityContext
{
    public override TaskName Name { get; } = name;

    public override string InstanceId { get; } = instanceId;

    public override string Version => TaskVersion.Version;

    /// <summary>The execution that scheduled this activity. With <see cref="TaskId"/> it names this one call, whichever run of it this is.</summary>
    public string ExecutionId { get; } = executionId;

    /// <summary>The call's number within its execution.</summary>
    public int TaskId { get; } = taskId;

    public TaskVersion TaskVersion { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Fires when the worker stops and its time to drain has passed. An activity that then throws <see cref="OperationCanceledException"/>
    /// has not failed: it is given back and runs again elsewhere or later.
    /// </summary>
    public CancellationToken Stopping { get; } = stopping;
}

/// <summary>The engine's own facts, for code that is written against <see cref="TaskActivityContext"/>.</summary>
public static class TaskActivityContextExtensions
{
    /// <inheritdoc cref="DurableActivityContext.Stopping"/>
    public static CancellationToken GetStoppingToken(this TaskActivityContext context) =>
        context is DurableActivityContext durable ? durable.Stopping : CancellationToken.None;

    /// <summary>The same for each run of this one call, and for no other call: the key of its effects.</summary>
    public static string GetCallKey(this TaskActivityContext context) =>
        context is DurableActivityContext durable ? $"{durable.ExecutionId}-{durable.TaskId}" : context.InstanceId;
}
