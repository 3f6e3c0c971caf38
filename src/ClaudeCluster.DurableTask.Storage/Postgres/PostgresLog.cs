using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The task hub {hub} is away: {reason}. It is tried again")]
    public static partial void DatabaseIsAway(this ILogger logger, string hub, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The task hub {hub} is back after {away}")]
    public static partial void DatabaseIsBack(this ILogger logger, string hub, TimeSpan away);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The task hub {hub} cannot be listened to: {reason}. Work of other coordinators is found by looking, until it can")]
    public static partial void ListeningFailed(this ILogger logger, string hub, string reason);
}
