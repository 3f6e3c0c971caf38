using System.Globalization;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// Brings a hub's schema to this version's tables, forward only; one coordinator at a time. A newer schema is refused, since this version
/// cannot know what it holds.
/// </summary>
internal static class PostgresMigrator
{
    /// <summary>Older ones are not maintained, and not tried.</summary>
    private const int OldestServer = 13;

    public static IReadOnlyList<string> Scripts { get; } = ReadScripts();

    /// <exception cref="HubDatabaseException">The server or the schema cannot be used.</exception>
    public static async Task MigrateAsync(PostgresDatabase database, CancellationToken cancellation)
    {
        await using var connection = await database.ConnectAsync(cancellation);
        await CheckServerAsync(connection, database, cancellation);
        if (await VersionAsync(connection, database, cancellation) < Scripts.Count)
            await MigrateAsync(connection, database, cancellation);
        await RunAsync(connection, "DELETE FROM receipts WHERE written_at < now() - interval '7 days'", cancellation);
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, PostgresDatabase database, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('{database.Schema}', 0))", cancellation);
        var version = await VersionAsync(connection, database, cancellation);
        if (version == 0 && await AskAsync(connection, $"SELECT NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{database.Schema}')", cancellation) is true)
            await RunAsync(connection, $"CREATE SCHEMA {database.Schema}", cancellation);
        for (; version < Scripts.Count; version++)
            await RunAsync(connection, Scripts[version], cancellation);
        await RunAsync(
            connection,
            $"INSERT INTO hub VALUES ('format', '{Scripts.Count.ToString(CultureInfo.InvariantCulture)}') ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task CheckServerAsync(NpgsqlConnection connection, PostgresDatabase database, CancellationToken cancellation)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
            throw Unsuitable(database, $"the server is PostgreSQL {connection.PostgreSqlVersion}", $"A hub needs version {OldestServer} or newer.");
        var settings = await AskAsync(connection, "SELECT current_setting('server_encoding') || ' ' || current_setting('fsync')", cancellation) as string ?? string.Empty;
        if (!settings.StartsWith("UTF8 ", StringComparison.Ordinal))
            throw Unsuitable(database, "the database does not keep text as UTF8", "Create one with ENCODING 'UTF8'.");
        if (settings.EndsWith(" off", StringComparison.Ordinal))
            throw Unsuitable(database, "the server runs with fsync = off, so a power failure would destroy it", "Set fsync = on.");
    }

    /// <summary>0 if there is nothing yet.</summary>
    private static async Task<int> VersionAsync(NpgsqlConnection connection, PostgresDatabase database, CancellationToken cancellation)
    {
        // The catalogue's own rows: to_regclass may answer from what this session remembers of before it waited for the lock.
        if (await AskAsync(connection, $"SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = '{database.Schema}' AND tablename = 'hub')", cancellation) is true)
            return 0;
        var format = await AskAsync(connection, "SELECT value FROM hub WHERE name = 'format'", cancellation) as string;
        var version = int.Parse(format ?? "0", CultureInfo.InvariantCulture);
        return version <= Scripts.Count ? version : throw new HubDatabaseException(
            HubDatabaseProblem.NewerVersion,
            database.Name,
            $"it was written by a newer version (its format is {version.ToString(CultureInfo.InvariantCulture)}, this version reads up to {Scripts.Count.ToString(CultureInfo.InvariantCulture)})",
            "Update this program, or name another hub.");
    }

    private static HubDatabaseException Unsuitable(PostgresDatabase database, string reason, string fix) =>
        new(HubDatabaseProblem.Unsuitable, database.Name, reason, fix);

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static List<string> ReadScripts()
    {
        var assembly = typeof(PostgresMigrator).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith("Postgres/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return reader.ReadToEnd();
                }),
        ];
    }
}
