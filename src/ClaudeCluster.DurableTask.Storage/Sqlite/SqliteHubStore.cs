using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>A hub in one SQLite file: one process works on it, any number may read it.</summary>
public sealed class SqliteHubStore(SqliteStoreOptions options) : ITaskHubStore
{
    private readonly ILogger _logger = (options.Logs ?? NullLoggerFactory.Instance).CreateLogger<SqliteHubStore>();
    private readonly CancellationTokenSource _closing = new();
    private HubFileLock? _lock;
    private SqliteWriter? _writer;
    private SqliteHubReader? _reader;

    public SqliteHubStore(string path)
        : this(new SqliteStoreOptions(path))
    {
    }

    public WorkBell Bell { get; } = new();

    /// <summary>What its owner keeps beside the hub, in the same file and by the same writer.</summary>
    public IRecordStore Records => field ??= new SqliteRecords(() => Writer, () => Reader);

    /// <summary>Whether the file is sound: known at once if it was closed by its last owner, else when it has been read through, in the background.</summary>
    public Task<FileIntegrity> Integrity { get; private set; } = FileIntegrity.NotChecked;

    private SqliteWriter Writer => _writer ?? throw new InvalidOperationException("The store is not open.");

    private SqliteHubReader Reader => _reader ?? throw new InvalidOperationException("The store is not open.");

    /// <exception cref="HubFileException">The file cannot be used; the message says why and what to do.</exception>
    public Task OpenAsync(CancellationToken cancellation = default)
    {
        var path = HubFilePath.Resolve(options.Path);
        _lock = new HubFileLock(path);
        try
        {
            _writer = SqliteWriter.Open(options with { Path = path });
            _reader = new SqliteHubReader(path);
            if (SqliteVersion.HasWalResetBug(SqliteVersion.Current))
                _logger.VersionWithWalResetBug(SqliteVersion.Current.ToString(), path);
            if (_writer.WasLeftOpen)
                Integrity = FileIntegrity.CheckAsync(path, _logger, _closing.Token);
            return Task.CompletedTask;
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    public async Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        var (result, leavesWork) = await Writer.WriteAsync(tables => SqliteCommit.Write(tables, batch, handout));
        if (leavesWork)
            Bell.Ring();
        return result;
    }

    public async Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) =>
        await Writer.WriteAsync(tables => SqliteClaims.Steps(tables, claim));

    public async Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) =>
        await Writer.WriteAsync(tables => SqliteClaims.Activities(tables, claim));

    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) =>
        Task.FromResult(Reader.Read(session => SqliteReads.NextDue(session, after)));

    public Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default) =>
        Writer.WriteAsync(tables => SqliteClaims.Renew(tables, tokens, until));

    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<Lease>>(Reader.Read(session => SqliteReads.Expired(session, now, most)));

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) => Writer.WriteAsync(tables =>
    {
        tables.Trim();
        var ended = SqliteReads.Ended(tables.Session, request, most);
        ended.ForEach(id => tables.Remove(tables.Instances.Find(id)!));
        return ended.Count;
    });

    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        Reader.ReadInstanceAsync(instanceId, cancellation);

    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        Reader.ReadHistoryAsync(instanceId, executionId, cancellation);

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => Reader.QueryAsync(query, cancellation);

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        Reader.ReadChildrenAsync(instanceId, cancellation);

    /// <summary>Copies the hub as it is now to a new file, while work goes on. The copy can be opened as a hub.</summary>
    /// <exception cref="HubFileException">There is such a file already, or it cannot be written.</exception>
    public Task BackupAsync(string path, CancellationToken cancellation = default) => Task.Run(
        () => Reader.Read(session =>
        {
            FileBackup.Write(session, HubFilePath.Resolve(path));
            return true;
        }),
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _reader?.Dispose();
        if (_writer is not null)
            await _writer.DisposeAsync();
        _lock?.Dispose();
    }
}
