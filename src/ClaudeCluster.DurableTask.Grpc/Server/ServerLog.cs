using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Server;

internal static partial class ServerLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The call {Call} failed.")]
    public static partial void CallFailed(this ILogger logger, string call, Exception reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} is connected.")]
    public static partial void WorkerConnected(this ILogger logger, string worker);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} has gone.")]
    public static partial void WorkerGone(this ILogger logger, string worker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker's answer for instance {Instance} is not one: {Reason}")]
    public static partial void AnswerNotUnderstood(this ILogger logger, string instance, string reason);
}
