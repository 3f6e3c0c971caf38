using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>What each store of records must do.</summary>
public abstract class RecordStoreContract(StoreKind kind) : IAsyncLifetime
{
    private readonly TestStores _stores = new(kind);
    private readonly MemoryRecords _memory = new();
    private ITaskHubStore? _store;

    private IRecordStore Records => _store switch
    {
        SqliteHubStore file => file.Records,
        PostgresHubStore database => database.Records,
        _ => _memory,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = _stores.New();
        await _store.OpenAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
            await _store.DisposeAsync();
        _stores.Dispose();
    }

    [Fact]
    public async Task What_was_put_is_got_and_is_still_there_when_the_hub_was_opened_again()
    {
        Assert.Null(await Records.GetAsync("agent", "pc-3", Cancellation));
        var revision = await Records.PutAsync("agent", "pc-3", "{\"name\":\"Ä \\u0000 日本\"}", expected: 0, Cancellation);
        var number = await Records.AppendAsync("audit", "{\"who\":1}", Cancellation);

        await _store!.DisposeAsync();
        _store = _stores.Reopened();
        await _store.OpenAsync(Cancellation);

        Assert.Equal(new StoredRecord("pc-3", "{\"name\":\"Ä \\u0000 日本\"}", revision!.Value), await Records.GetAsync("agent", "pc-3", Cancellation));
        Assert.Equal([new LogEntry(number, "{\"who\":1}")], await Records.ReadLogAsync("audit", 0, 10, Cancellation));
    }

    [Fact]
    public async Task Only_who_knows_the_latest_revision_writes()
    {
        var first = await Records.PutAsync("agent", "a", "1", expected: 0, Cancellation);
        var second = await Records.PutAsync("agent", "a", "2", first!.Value, Cancellation);

        Assert.NotEqual(first, second);
        Assert.Null(await Records.PutAsync("agent", "a", "3", first.Value, Cancellation));
        Assert.Null(await Records.PutAsync("agent", "a", "3", expected: 0, Cancellation));
        Assert.Null(await Records.PutAsync("agent", "b", "3", expected: 7, Cancellation));
        Assert.False(await Records.DeleteAsync("agent", "a", first.Value, Cancellation));
        Assert.Equal("2", (await Records.GetAsync("agent", "a", Cancellation))!.Json);
    }

    [Fact]
    public async Task A_record_that_was_deleted_and_made_anew_is_not_taken_for_the_old_one()
    {
        var first = await Records.PutAsync("agent", "a", "1", expected: 0, Cancellation);
        Assert.True(await Records.DeleteAsync("agent", "a", first!.Value, Cancellation));
        Assert.False(await Records.DeleteAsync("agent", "a", first.Value, Cancellation));
        Assert.Null(await Records.GetAsync("agent", "a", Cancellation));

        var anew = await Records.PutAsync("agent", "a", "1", expected: 0, Cancellation);

        Assert.NotEqual(first, anew);
        Assert.Null(await Records.PutAsync("agent", "a", "2", first.Value, Cancellation));
    }

    [Fact]
    public async Task Of_many_who_put_at_once_each_revision_lets_one_through()
    {
        const int puts = 40;
        await Records.PutAsync("counter", "c", "0", expected: 0, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, puts).Select(_ => Task.Run(CountAsync)));

        Assert.Equal($"{puts}", (await Records.GetAsync("counter", "c", Cancellation))!.Json);

        async Task CountAsync()
        {
            while (true)
            {
                var read = (await Records.GetAsync("counter", "c", Cancellation))!;
                if (await Records.PutAsync("counter", "c", $"{int.Parse(read.Json, System.Globalization.CultureInfo.InvariantCulture) + 1}", read.Revision, Cancellation) is not null)
                    return;
            }
        }
    }

    [Fact]
    public async Task Records_are_listed_by_kind_and_prefix_in_pages_and_in_order()
    {
        foreach (var key in new[] { "b-2", "a-1", "b-10", "B-1", "b-1", "c_%" })
            await Records.PutAsync("agent", key, $"\"{key}\"", expected: 0, Cancellation);
        await Records.PutAsync("other", "b-3", "0", expected: 0, Cancellation);

        Assert.Equal(["B-1", "a-1", "b-1", "b-10", "b-2", "c_%"], Keys(await Records.ListAsync("agent", string.Empty, null, 100, Cancellation)));
        Assert.Equal(["b-1", "b-10"], Keys(await Records.ListAsync("agent", "b-", null, 2, Cancellation)));
        Assert.Equal(["b-2"], Keys(await Records.ListAsync("agent", "b-", "b-10", 2, Cancellation)));
        Assert.Empty(await Records.ListAsync("agent", "_", null, 100, Cancellation));
        Assert.Empty(await Records.ListAsync("nobody", string.Empty, null, 100, Cancellation));

        static IEnumerable<string> Keys(IReadOnlyList<StoredRecord> records) => records.Select(record => record.Key);
    }

    [Fact]
    public async Task A_log_only_grows_and_is_read_in_pages()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => Records.AppendAsync("audit", $"{n}", Cancellation))));
        await Records.AppendAsync("other", "\"not yours\"", Cancellation);

        var first = await Records.ReadLogAsync("audit", 0, 15, Cancellation);
        var rest = await Records.ReadLogAsync("audit", first[^1].Number, 15, Cancellation);

        Assert.Equal((15, 5), (first.Count, rest.Count));
        IReadOnlyList<LogEntry> all = [.. first, .. rest];
        Assert.Equal(all.OrderBy(entry => entry.Number), all);
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"{n}").Order(), all.Select(entry => entry.Json).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    public async Task A_name_that_databases_would_not_keep_alike_is_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Records.PutAsync("agent", name, "1", expected: 0, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Records.AppendAsync(name, "1", Cancellation));
    }
}

public sealed class MemoryRecordsTests() : RecordStoreContract(StoreKind.Memory);

public sealed class SqliteRecordsTests() : RecordStoreContract(StoreKind.Sqlite);

public sealed class PostgresRecordsTests() : RecordStoreContract(StoreKind.Postgres);
