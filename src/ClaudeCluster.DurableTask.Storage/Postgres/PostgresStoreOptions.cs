namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>Which database, which hub in it, and the limits of working with it.</summary>
/// <param name="ConnectionString">As Npgsql takes it: <c>Host=…;Database=…;Username=…;Password=…</c>. A pooler in front must pool sessions.</param>
public sealed record PostgresStoreOptions(string ConnectionString)
{
    /// <summary>One database holds any number of hubs, each in a schema of its own, <c>claude_cluster_</c> and this name.</summary>
    /// <value>Default: "default". Lower-case letters, digits and underscores, at most 40.</value>
    public string Hub { get; init; } = "default";

    /// <summary>How long one statement may take, waiting for locks included.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections of this store at most; one of them listens.</summary>
    /// <value>Default: 10.</value>
    public int MaximumConnections { get; init; } = 10;

    /// <summary>
    /// Groups of commits that may be written at the same time. They overlap their waits for the disk; a further one begins only when enough
    /// commits have come to be worth it.
    /// </summary>
    /// <value>Default: 2.</value>
    public int Writers { get; init; } = 2;

    /// <summary>How long to wait for a database that went away, before what waits for it fails.</summary>
    /// <value>Default: 2 minutes.</value>
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Called before and after each commit that writes: the place where a test ends the process.</summary>
    internal Action<PostgresCommitPoint>? OnCommit { get; init; }
}

/// <summary>A moment right before or right after a commit.</summary>
/// <param name="Number">The commit, counted from 1 since the store was opened.</param>
/// <param name="IsBefore">True before: a death now loses it whole. False after: it is there for ever.</param>
internal readonly record struct PostgresCommitPoint(long Number, bool IsBefore);
