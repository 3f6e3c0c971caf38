using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// The connections to one hub. Each hub has its own schema, not a column in shared tables: its indexes stay small, vacuum and rights are
/// its own, it is dropped in one statement, and no statement can forget the condition. The search path leads to it, so that the
/// statements' texts, and with them what is prepared, do not depend on the hub.
/// </summary>
internal sealed partial class PostgresDatabase : IAsyncDisposable
{
    private const int LongestStatementAnswer = 5;

    // Plans are made once, for tables that are nearly empty then; they must not be those of an empty table: rows are found, and put in
    // order, by an index. A coordinator that stands still in the middle of a transaction loses it, and its locks, before others have
    // waited too long.
    private const string SessionSettings =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off; SET enable_material = off; SET enable_sort = off; "
        + "SET plan_cache_mode = force_generic_plan; SET jit = off; SET default_transaction_isolation = 'read committed'; "
        + "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; ";

    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(PostgresStoreOptions options)
    {
        if (!HubName().IsMatch(options.Hub))
            throw new ArgumentException($"'{options.Hub}' is no hub's name: up to 40 lower-case letters, digits and underscores, a letter first.", nameof(options));
        Schema = $"claude_cluster_{options.Hub}";
        var given = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        Name = $"'{options.Hub}' in database '{given.Database ?? given.Username}' on {given.Host}:{given.Port.ToString(CultureInfo.InvariantCulture)}";
        DatabaseName = given.Database ?? given.Username ?? string.Empty;
        Username = given.Username ?? string.Empty;
        given.SearchPath = Schema;
        given.MaxPoolSize = Math.Max(options.MaximumConnections, options.Writers + 2);
        given.MinPoolSize = 0;
        given.NoResetOnClose = true;
        given.MaxAutoPrepare = 100;
        given.AutoPrepareMinUsages = 2;
        given.CommandTimeout = (int)options.StatementTimeout.TotalSeconds + LongestStatementAnswer;
        given.ApplicationName ??= "claude-cluster";
        var limit = ((long)options.StatementTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var settings = $"{SessionSettings}SET statement_timeout = {limit}; SET idle_in_transaction_session_timeout = {limit};";
        var builder = new NpgsqlDataSourceBuilder(given.ToString());
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(settings, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(settings, connection);
                await command.ExecuteNonQueryAsync();
            });
        _source = builder.Build();
    }

    /// <summary>The hub, the database and the host, for people. No password.</summary>
    public string Name { get; }

    public string DatabaseName { get; }

    public string Username { get; }

    public string Schema { get; }

    public ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellation) => _source.OpenConnectionAsync(cancellation);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HubName();
}
