using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Worker;

internal static partial class WorkerLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{instanceId}: its history cannot be replayed; it fails")]
    public static partial void StepNotRun(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{instanceId}: the hub failed; the worker stops")]
    public static partial void HubFailed(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hub does not see this worker drain; its leases may run out")]
    public static partial void DrainsUnseen(this ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{instanceId}: activity {name} (#{taskId}) failed")]
    public static partial void ActivityFailed(this ILogger logger, string instanceId, string name, int taskId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{instanceId}: its orchestrator could not be disposed")]
    public static partial void OrchestratorNotDisposed(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "{instanceId}: left to another worker, its version is not taken here")]
    public static partial void VersionRefused(this ILogger logger, string instanceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{instanceId}: the worker stops; its work is given back")]
    public static partial void WorkGivenBack(this ILogger logger, string instanceId);
}
