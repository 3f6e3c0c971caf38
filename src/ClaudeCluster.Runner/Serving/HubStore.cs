using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>Where a served hub keeps its rows: a file, a PostgreSQL database, or nowhere.</summary>
/// <param name="Store">The store, not yet open.</param>
/// <param name="Name">For people; never with a password.</param>
/// <param name="OwnsStore">False if other processes may serve the same hub.</param>
internal sealed record HubStore(ITaskHubStore Store, string Name, bool OwnsStore)
{
    public const string InMemory = "memory";

    /// <summary>What is kept beside the hub, in the same place.</summary>
    public IRecordStore Records => field ??= Store switch
    {
        SqliteHubStore file => file.Records,
        PostgresHubStore database => database.Records,
        _ => new MemoryRecords(),
    };

#pragma warning disable VSTHRD002 // It has completed: that is what is asked first.
    /// <summary>False once the file is known to be damaged.</summary>
    public bool IsSound() => Store is not SqliteHubStore { Integrity: { IsCompletedSuccessfully: true } looked } || looked.Result.IsSound;
#pragma warning restore VSTHRD002

    /// <exception cref="BadInputException">The text names no store.</exception>
    public static HubStore Of(string? text, HostEnvironment host, ILoggerFactory logs)
    {
        if (string.Equals(text, InMemory, StringComparison.Ordinal))
            return new HubStore(new MemoryHubStore(), "memory: all is gone when this process ends", OwnsStore: true);
        if (text is not null && PostgresUrl.Is(text))
            return InDatabase(text, host);
        if (text?.Contains("://", StringComparison.Ordinal) == true)
            throw new BadInputException("--store", "It is neither a file nor a postgresql:// address.", "Give a file, postgresql://user@host/database, or 'memory'.");
        var file = host.FullPath(text ?? Path.Combine(host.StateFolder, "claude-cluster", "hub.db"));
        if (text is null)
            PrivateFiles.MakeFolder(Path.GetDirectoryName(file)!);
        if (!PrivateFiles.Make(file) && PrivateFiles.IsOpenToOthers(file))
            logs.CreateLogger(nameof(HubStore)).StoreIsOpenToOthers(file, file);
        return new HubStore(new SqliteHubStore(new SqliteStoreOptions(file) { Logs = logs }), file, OwnsStore: true);
    }

    public LocalTaskHubOptions Options(TimeSpan lease, TimeSpan grace) => new()
    {
        OwnsStore = OwnsStore,
        WorkersAreElsewhere = true,
        LeaseDuration = lease,
        GraceAtStart = grace,
    };

    private static HubStore InDatabase(string url, HostEnvironment host)
    {
        try
        {
            var connection = PostgresUrl.ToConnectionString(url);
            var address = new Uri(url);
            return new HubStore(
                new PostgresHubStore(new PostgresStoreOptions(connection), host.Time),
                $"postgresql://{address.Host}{address.AbsolutePath}",
                OwnsStore: false);
        }
        catch (FormatException failure)
        {
            throw new BadInputException("--store", failure.Message, "Write it as postgresql://user:password@host:5432/database.");
        }
    }
}
