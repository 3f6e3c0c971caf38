namespace ClaudeCluster.DurableTask.Client;

/// <summary>An instance with this id exists, and its status does not let it be replaced.</summary>
public sealed class OrchestrationAlreadyExistsException(string instanceId)
    : Exception($"An orchestration with the instance id '{instanceId}' exists already. Choose another id, or let an ended one be replaced by DedupeStatuses.")
{
    public string InstanceId { get; } = instanceId;
}

/// <summary>There is no instance with this id: it was never started, or it was purged.</summary>
public sealed class OrchestrationNotFoundException(string instanceId)
    : Exception($"There is no orchestration with the instance id '{instanceId}'. It was never started here, or it was purged.")
{
    public string InstanceId { get; } = instanceId;
}

/// <summary>The instance exists, but what was asked for cannot be done with an instance of this status.</summary>
public sealed class OrchestrationStatusException(string instanceId, OrchestrationRuntimeStatus status, string reason)
    : InvalidOperationException($"The orchestration '{instanceId}' is {status}: {reason}")
{
    public string InstanceId { get; } = instanceId;

    public OrchestrationRuntimeStatus Status { get; } = status;
}
