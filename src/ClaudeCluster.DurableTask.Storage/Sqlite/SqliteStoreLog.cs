using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

internal static partial class SqliteStoreLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "SQLite {version} can damage a hub file that two programs write at the same instant. This program writes with one connection only; let no other write to {path}")]
    public static partial void VersionWithWalResetBug(this ILogger logger, string version, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "{path} was not closed by its last owner; it is checked in the background")]
    public static partial void UncleanStop(this ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "{path} is sound")]
    public static partial void FileIsSound(this ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{path} is damaged: {findings}. Restore it from a backup")]
    public static partial void FileIsDamaged(this ILogger logger, string path, string findings);
}
