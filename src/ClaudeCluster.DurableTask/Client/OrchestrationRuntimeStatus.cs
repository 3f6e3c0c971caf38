using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeCluster.DurableTask.Client;

/// <summary>Where an orchestration stands. Names and order are the protocol's.</summary>
[JsonConverter(typeof(OrchestrationRuntimeStatusJson))]
public enum OrchestrationRuntimeStatus
{
    Running,
    Completed,
    ContinuedAsNew,
    Failed,
    Canceled,
    Terminated,
    Pending,
    Suspended,
}

internal static class OrchestrationRuntimeStatuses
{
    internal static bool IsTerminal(this OrchestrationRuntimeStatus status) =>
        status is OrchestrationRuntimeStatus.Completed
            or OrchestrationRuntimeStatus.Failed
            or OrchestrationRuntimeStatus.Canceled
            or OrchestrationRuntimeStatus.Terminated;
}

internal sealed class OrchestrationRuntimeStatusJson() : JsonStringEnumConverter<OrchestrationRuntimeStatus>(JsonNamingPolicy.CamelCase);
