using ClaudeCluster.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Hub;

internal static partial class HubLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{instanceId}: the worker {workerId} lost its lease after delivery {deliveries}")]
    public static partial void LeaseLost(this ILogger logger, string instanceId, string workerId, int deliveries);

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases could not be renewed; it is tried again")]
    public static partial void LeasesNotKept(this ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{instanceId}: event {eventName} is dropped, the orchestration has ended")]
    public static partial void EventDropped(this ILogger logger, string instanceId, string eventName);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{instanceId}: a completion is refused, its lease is lost or the orchestration has ended")]
    public static partial void CompletionRefused(this ILogger logger, string instanceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{instanceId}: started as {name}")]
    public static partial void InstanceStarted(this ILogger logger, string instanceId, TaskName name);

    [LoggerMessage(Level = LogLevel.Information, Message = "{instanceId}: ended as {status}")]
    public static partial void InstanceEnded(this ILogger logger, string instanceId, OrchestrationRuntimeStatus status);
}
