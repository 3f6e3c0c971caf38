using System.Net.Sockets;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>PostgreSQL's codes in words, each with what to do.</summary>
internal static class PostgresErrors
{
    private const string InstanceIds = "instances_instance_id_key";

    /// <summary>The server, or the way to it, is not there at the moment; it may come back.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        PostgresException answer => answer.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.LockNotAvailable or "25P03" or "57P05" || answer.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } => true,
        NpgsqlException lost => lost.IsTransient,
        IOException and not HubDatabaseException => true,
        SocketException => true,
        ObjectDisposedException => true, // A connection that breaks at the wrong moment is disposed under the hands of who uses it.
        _ => false,
    };

    /// <summary>Another coordinator was faster; the same again may succeed.</summary>
    public static bool IsConflict(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected }
            or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: InstanceIds };

    /// <summary>The exception to throw instead, or null if the code is not about the database as a whole.</summary>
    public static HubDatabaseException? Translate(Exception error, PostgresDatabase database) => error switch
    {
        HubDatabaseException clear => clear,
        PostgresException answer => Translate(answer, database),
        NpgsqlException { InnerException: TimeoutException } when error.Message.Contains("pool", StringComparison.Ordinal) =>
            Overloaded(database, "all its connections are in use", error),
        NpgsqlException when error.Message.Contains("password", StringComparison.OrdinalIgnoreCase) =>
            new(HubDatabaseProblem.LoginRefused, database.Name, "the server asks for a password and none was given", "Put it into the connection string.", error),
        _ when IsAway(error) => new(
            HubDatabaseProblem.NotThere,
            database.Name,
            $"the server does not answer ({Innermost(error).Message})",
            "Check host and port, and that PostgreSQL runs there and listens.",
            error),
        _ => null,
    };

    private static HubDatabaseException? Translate(PostgresException error, PostgresDatabase database) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new(
            HubDatabaseProblem.LoginRefused,
            database.Name,
            $"the server refuses the user '{database.Username}' ({error.MessageText})",
            "Check user and password in the connection string, and the server's pg_hba.conf.",
            error),
        PostgresErrorCodes.InvalidCatalogName => new(
            HubDatabaseProblem.NoSuchDatabase,
            database.Name,
            "there is no such database",
            $"Create it (createdb \"{database.DatabaseName}\"), or correct the connection string.",
            error),
        PostgresErrorCodes.InsufficientPrivilege => new(
            HubDatabaseProblem.NoPermission,
            database.Name,
            $"the user '{database.Username}' may not do that ({error.MessageText})",
            $"As an administrator: GRANT CREATE ON DATABASE \"{database.DatabaseName}\" TO \"{database.Username}\", "
            + $"or CREATE SCHEMA {database.Schema} AUTHORIZATION \"{database.Username}\".",
            error),
        PostgresErrorCodes.DiskFull => new(
            HubDatabaseProblem.DiskFull, database.Name, "its disk is full", "Free some space and start again; what was committed is safe.", error),
        PostgresErrorCodes.ReadOnlySqlTransaction => new(
            HubDatabaseProblem.Unsuitable, database.Name, "the server only reads, as a standby does", "Name the primary server.", error),
        PostgresErrorCodes.TooManyConnections => Overloaded(database, "the server has no connection left", error),
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable =>
            Overloaded(database, "a statement took too long", error),
        _ when IsAway(error) => new(
            HubDatabaseProblem.NotThere, database.Name, $"the server has gone away ({error.MessageText})", "Start PostgreSQL again.", error),
        _ => null,
    };

    private static HubDatabaseException Overloaded(PostgresDatabase database, string reason, Exception error) =>
        new(HubDatabaseProblem.Overloaded, database.Name, reason, "Look at the server's load and its max_connections, and for sessions that hold locks.", error);

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
