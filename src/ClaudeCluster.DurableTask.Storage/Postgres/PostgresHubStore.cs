using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// A hub in a PostgreSQL database. Any number of coordinators may work on it at once; each of them then says so with
/// <see cref="LocalTaskHubOptions.OwnsStore"/> = false.
/// </summary>
public sealed class PostgresHubStore : ITaskHubStore
{
    /// <summary>As long as a commit, roughly.</summary>
    private static readonly TimeSpan DurationOfALock = TimeSpan.FromMilliseconds(5);

    private readonly PostgresDatabase _database;
    private readonly PostgresTransactions _transactions;
    private readonly PostgresStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _lookAgain;
    private readonly ILogger _logger;
    private CommitQueue? _queue;
    private HubAnnouncements? _announcements;
    private int _disposed;

    /// <exception cref="ArgumentException">The connection string or the hub's name is malformed.</exception>
    public PostgresHubStore(PostgresStoreOptions options, TimeProvider time, ILoggerFactory? logs = null)
    {
        _options = options;
        _time = time;
        _logger = (logs ?? NullLoggerFactory.Instance).CreateLogger<PostgresHubStore>();
        _database = new PostgresDatabase(options);
        _lookAgain = time.CreateTimer(_ => Bell.Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _transactions = new PostgresTransactions(_database, options, time, _logger);
    }

    public WorkBell Bell { get; } = new();

    /// <summary>What its owners keep beside the hub, in the same schema.</summary>
    public IRecordStore Records => field ??= new PostgresRecords(_transactions);

    private CommitQueue Queue => _queue ?? throw new InvalidOperationException("The store is not open.");

    /// <exception cref="HubDatabaseException">The database cannot be used; the message says why and what to do.</exception>
    public async Task OpenAsync(CancellationToken cancellation = default)
    {
        try
        {
            await PostgresMigrator.MigrateAsync(_database, cancellation);
        }
        catch (Exception e) when (PostgresErrors.Translate(e, _database) is { } clear && e is not HubDatabaseException)
        {
            throw clear;
        }

        _announcements = new HubAnnouncements(_database, Bell, _time, _logger);
        _queue = new CommitQueue(_transactions, _options.Writers, Tell);
    }

    public Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        StorableText.Check(batch);
        return Queue.CommitAsync(batch, handout);
    }

    public async Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default)
    {
        var found = await _transactions.ReadAsync(() => PostgresClaims.StepCandidates(claim));
        if (found.Count == 0)
            return [];
        var candidates = found.OrderBy(candidate => candidate.Since).Select(candidate => candidate.Key).Distinct().Take(claim.Most).ToArray();
        var steps = await _transactions.RunAsync(transaction => PostgresClaims.StepsAsync(transaction, claim, candidates));
        LookAgainIf(steps.Count < candidates.Length);
        return steps;
    }

    public async Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default)
    {
        var candidates = await _transactions.ReadAsync(() => PostgresClaims.ActivityCandidates(claim));
        if (candidates.Count == 0)
            return [];
        var activities = await _transactions.RunAsync(transaction => PostgresClaims.ActivitiesAsync(transaction, claim, candidates));
        LookAgainIf(activities.Count < candidates.Count);
        return activities;
    }

    public async Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) =>
        (await _transactions.ReadAsync(() => PostgresReads.NextDue(after)))[0] is { } ticks ? PostgresRows.Instant(ticks) : null;

    public async Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default)
    {
        if (tokens.Count == 0)
            return;
        await _transactions.ReadAsync(() => PostgresClaims.RenewSteps(tokens, until));
        await _transactions.ReadAsync(() => PostgresClaims.RenewActivities(tokens, until));
    }

    public async Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default)
    {
        var steps = await _transactions.ReadAsync(() => PostgresClaims.ExpiredSteps(now, most));
        var activities = await _transactions.ReadAsync(() => PostgresClaims.ExpiredActivities(now, most - steps.Count));
        return [.. steps, .. activities];
    }

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) => _transactions.RunAsync(async transaction =>
    {
        var ended = PostgresReads.Ended(request, most);
        await transaction.ReadAsync([ended]);
        var locked = PostgresReads.LockEnded(ended.Rows);
        await transaction.ReadAsync([locked]);
        return (locked.Rows.Count, PostgresReads.Remove([.. locked.Rows]));
    });

    public async Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        (await _transactions.ReadAsync(() => PostgresReads.Instance(instanceId))).FirstOrDefault();

    public async Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        [.. (await _transactions.ReadAsync(() => PostgresReads.History(instanceId, executionId))).SelectMany(HistoryJson.Read)];

    public async Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        var found = await _transactions.ReadAsync(() => PostgresReads.Page(query));
        var page = found.Take(query.PageSize).ToList();
        return new Page<InstanceState>(
            page.ConvertAll(row => row.State),
            found.Count > query.PageSize ? page[^1].Key.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    public async Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        await _transactions.ReadAsync(() => PostgresReads.Children(instanceId));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _lookAgain.DisposeAsync();
        _transactions.Close();
        if (_queue is not null)
            await _queue.DisposeAsync();
        if (_announcements is not null)
            await _announcements.DisposeAsync();
        await _database.DisposeAsync();
        _transactions.Dispose();
    }

    private void LookAgainIf(bool skipped)
    {
        if (skipped)
            _lookAgain.Change(DurationOfALock, Timeout.InfiniteTimeSpan);
    }

    private void Tell(GroupOutcome outcome)
    {
        if (outcome.LeavesWork)
            Bell.Ring();
        if (outcome.LeavesWork || outcome.MakesTimer)
            _announcements!.Announce();
    }
}
