using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Storage.Sqlite.Tables;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>Work that waits at the same time shares one transaction and one fate; bad work has its own.</summary>
public sealed class GroupCommitTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly List<CommitPoint> _points = [];
    private SqliteWriter _writer = null!;

    public ValueTask InitializeAsync()
    {
        _writer = Open();
        _points.Clear();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_waits_while_the_writer_writes_shares_one_commit()
    {
        await TogetherAsync(Enumerable.Range(0, 20).Select(Put).ToArray());

        Assert.InRange(Befores.Count(), 1, 5); // One, unless the machine is so slow that the group grows too long.
        Assert.Equal(20, await CountAsync());
    }

    [Fact]
    public async Task A_group_is_bounded()
    {
        await TogetherAsync(Enumerable.Range(0, 600).Select(_ => (Func<HubTables, long>)(tables => tables.Session.Execute("UPDATE hub SET value = '1' WHERE name = 'owner'"))).ToArray());

        Assert.InRange(Befores.Count(), 3, 600);
    }

    [Fact]
    public async Task Work_that_comes_alone_is_written_at_once()
    {
        await _writer.WriteAsync(Put(1));
        await _writer.WriteAsync(Put(2));

        Assert.Equal(2, Befores.Count());
    }

    [Fact]
    public async Task Only_the_work_that_throws_fails_and_nothing_of_it_is_written()
    {
        var results = await TogetherAsync(
            Put(1),
            tables =>
            {
                Put(2)(tables);
                throw new FormatException();
            },
            Put(3));

        Assert.Equal([null, typeof(FormatException), null], results.Select(e => e?.GetType()));
        Assert.Equal(["item-1", "item-3"], await ItemsAsync());
    }

    [Fact]
    public async Task Nobody_is_answered_before_the_commit()
    {
        await _writer.DisposeAsync();
        Task<long>? written = null;
        var answered = new List<bool>();
        _writer = Open(_ => answered.Add(written?.IsCompleted == true));
        answered.Clear();

        using var gate = await Gate.CloseAsync(_writer);
        written = _writer.WriteAsync(Put(1));
        gate.Open();
        await Task.WhenAll(gate.Opened, written);

        Assert.Equal([false, false], answered);
    }

    [Fact]
    public async Task A_death_at_a_commit_answers_nobody_with_success_and_ends_the_writer()
    {
        await _writer.DisposeAsync();
        var (die, path) = (false, _folder.File("hub.db"));
        _writer = Open(point =>
        {
            if (die && point.IsBefore)
                throw new TimeoutException("dead");
        });
        die = true;

        var results = await TogetherAsync(_writer, Put(1), Put(2));

        Assert.All(results, Assert.NotNull);
        Assert.IsType<TimeoutException>(results[0]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _writer.WriteAsync(Put(3)));
        using var reader = SqliteHubReader.Open(path);
        Assert.Equal(0L, reader.Read(session => session.Scalar<long>("SELECT count(*) FROM hub WHERE name LIKE 'item-%'")));
    }

    [Fact]
    public async Task A_long_read_does_not_hold_up_the_writer()
    {
        using var reader = SqliteHubReader.Open(_folder.File("hub.db"));
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var written = new ManualResetEventSlim();
        var read = Task.Run(() => reader.Read(session => session.Rows("SELECT count(*) FROM hub", row =>
        {
            reading.SetResult();
            written.Wait(Cluster.Patience);
            return row.Number(0);
        })));
        await reading.Task;

        await _writer.WriteAsync(Put(1)).WaitAsync(Cluster.Patience);

        written.Set();
        await read;
    }

    private IEnumerable<CommitPoint> Befores => _points.Where(point => point.IsBefore);

    private static Func<HubTables, long> Put(int item) => tables => tables.Session.Execute("INSERT INTO hub VALUES (?1, '')", $"item-{item}");

    private SqliteWriter Open(Action<CommitPoint>? onCommit = null) =>
        SqliteWriter.Open(new SqliteStoreOptions(_folder.File("hub.db")) { OnCommit = onCommit ?? _points.Add });

    private Task<Exception?[]> TogetherAsync(params Func<HubTables, long>[] works) => TogetherAsync(_writer, works);

    /// <summary>Lets work queue up behind a piece of work that changes nothing; what each then came to.</summary>
    private static async Task<Exception?[]> TogetherAsync(SqliteWriter writer, params Func<HubTables, long>[] works)
    {
        using var gate = await Gate.CloseAsync(writer);
        var queued = Array.ConvertAll(works, writer.WriteAsync);
        gate.Open();
        await Record.ExceptionAsync(() => gate.Opened);
        return await Task.WhenAll(queued.Select(task => Record.ExceptionAsync(() => task).AsTask()));
    }

    private Task<long> CountAsync() => _writer.WriteAsync(tables => tables.Session.Scalar<long>("SELECT count(*) FROM hub WHERE name LIKE 'item-%'"));

    private Task<List<string>> ItemsAsync() =>
        _writer.WriteAsync(tables => tables.Session.Rows("SELECT name FROM hub WHERE name LIKE 'item-%' ORDER BY name", row => row.Text(0)));

    /// <summary>Work that changes nothing and takes until it is opened: what comes meanwhile queues up.</summary>
    private sealed class Gate(ManualResetEventSlim open) : IDisposable
    {
        public Task Opened { get; private init; } = Task.CompletedTask;

        public static async Task<Gate> CloseAsync(SqliteWriter writer)
        {
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var open = new ManualResetEventSlim();
            var opened = Task.Run(() => writer.WriteAsync(_ =>
            {
                closed.TrySetResult();
                return open.Wait(Cluster.Patience);
            }));
            await closed.Task;
            return new Gate(open) { Opened = opened };
        }

        public void Open() => open.Set();

        public void Dispose() => open.Dispose();
    }
}
