using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

internal static partial class CoordinatorLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Who} from {Address}: {What}: {Why}")]
    public static partial void Audited(this ILogger logger, string who, string what, string why, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Who}: {What}: {Why}")]
    public static partial void Audited(this ILogger logger, string who, string what, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{What}: {Outcome}")]
    public static partial void EventEnded(this ILogger logger, string what, string outcome);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Event}: {What}: handed in")]
    public static partial void EventHandedIn(this ILogger logger, string @event, string what);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Event}: {What}: {Outcome}")]
    public static partial void EventDecided(this ILogger logger, string @event, string what, string outcome);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Event}: what became of it could not be read.")]
    public static partial void EventNotTold(this ILogger logger, string @event, Exception reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit could not be written.")]
    public static partial void NotAudited(this ILogger logger, Exception reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The call {Method} {Path} failed.")]
    public static partial void CallFailed(this ILogger logger, string method, string path, Exception reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What other coordinators wrote could not be read.")]
    public static partial void AgentsNotRead(this ILogger logger, Exception reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What GitHub's events may not have told of {What} could not be looked for.")]
    public static partial void NotReconciled(this ILogger logger, string what, Exception reason);
}
