using System.Globalization;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Migrations;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;
using Microsoft.Data.Sqlite;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public sealed class HubFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string HubPath => _folder.File("hub.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await OpenAndCloseAsync();
        Run("PRAGMA user_version = 9999");
        var before = await File.ReadAllBytesAsync(HubPath);

        var refused = await Assert.ThrowsAsync<HubFileException>(OpenAndCloseAsync);

        Assert.Equal(HubFileProblem.NewerVersion, refused.Problem);
        Assert.Contains("9999", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(HubPath));
        Assert.Equal(HubFileProblem.NewerVersion, Assert.Throws<HubFileException>(() => SqliteHubReader.Open(HubPath)).Problem);
    }

    [Fact]
    public async Task Text_is_no_hub_and_left_as_it_is()
    {
        await File.WriteAllTextAsync(HubPath, new string('x', 5_000));

        Assert.Equal(HubFileProblem.NotAHub, (await Assert.ThrowsAsync<HubFileException>(OpenAndCloseAsync)).Problem);
        Assert.Equal(new string('x', 5_000), await File.ReadAllTextAsync(HubPath));
    }

    [Fact]
    public async Task Another_program_s_database_is_no_hub()
    {
        Run("CREATE TABLE notes (text)");

        Assert.Equal(HubFileProblem.NotAHub, (await Assert.ThrowsAsync<HubFileException>(OpenAndCloseAsync)).Problem);
    }

    [Fact]
    public async Task A_second_worker_on_one_file_is_refused_and_told_who_has_it()
    {
        await using var first = new SqliteHubStore(HubPath);
        await first.OpenAsync();

        var refused = await Assert.ThrowsAsync<HubFileException>(OpenAndCloseAsync);

        Assert.Equal(HubFileProblem.InUse, refused.Problem);
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_worker_is_refused_also_where_it_comes_by_a_link()
    {
        var link = _folder.File("link.db");
        File.CreateSymbolicLink(link, HubPath);
        await using var first = new SqliteHubStore(HubPath);
        await first.OpenAsync();
        await using var second = new SqliteHubStore(link);

        Assert.Equal(HubFileProblem.InUse, (await Assert.ThrowsAsync<HubFileException>(() => second.OpenAsync())).Problem);
    }

    [Fact]
    public async Task A_file_that_was_refused_can_be_opened_once_its_fault_is_mended()
    {
        await OpenAndCloseAsync();
        Run("PRAGMA user_version = 9999");
        await using var store = new SqliteHubStore(HubPath);
        await Assert.ThrowsAsync<HubFileException>(() => store.OpenAsync());
        Run($"PRAGMA user_version = {Migrator.Scripts.Count}");

        await store.OpenAsync();
    }

    [Fact]
    public void An_empty_file_is_no_hub_to_a_reader()
    {
        File.Create(HubPath).Dispose();

        Assert.Equal(HubFileProblem.NotAHub, Assert.Throws<HubFileException>(() => SqliteHubReader.Open(HubPath)).Problem);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void A_program_that_holds_the_file_is_told_of(int code)
    {
        Assert.Equal(HubFileProblem.InUse, SqliteErrors.Translate(new SqliteException("database is locked", code), HubPath)!.Problem);
    }

    [Fact]
    public async Task A_reader_whose_reads_fail_leaves_no_file_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It looks at the open files where Linux lists them.");
        await OpenAndCloseAsync();
        var reader = SqliteHubReader.Open(HubPath);
        for (var i = 0; i < 3; i++)
            Assert.Throws<FormatException>(() => reader.Read<int>(_ => throw new FormatException()));
        reader.Dispose();

        Assert.DoesNotContain(HubPath, Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget));
    }

    [Fact]
    public async Task A_file_can_be_opened_again_after_it_was_closed()
    {
        await OpenAndCloseAsync();
        await OpenAndCloseAsync();
    }

    [Fact]
    public async Task A_missing_folder_is_named()
    {
        await using var store = new SqliteHubStore(_folder.File("missing/hub.db"));

        var refused = await Assert.ThrowsAsync<HubFileException>(() => store.OpenAsync());

        Assert.Equal(HubFileProblem.NoAccess, refused.Problem);
        Assert.Contains("missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_not_made_by_a_reader()
    {
        Assert.Equal(HubFileProblem.Missing, Assert.Throws<HubFileException>(() => SqliteHubReader.Open(HubPath)).Problem);
        Assert.False(File.Exists(HubPath));
    }

    [Fact]
    public async Task A_reader_reads_while_a_worker_works_and_when_nobody_does()
    {
        await using (var cluster = await Cluster.OpenAsync(new SqliteHubStore(HubPath)))
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "in", new StartOrchestrationOptions("a"));
            using var beside = SqliteHubReader.Open(HubPath);
            Assert.Equal("\"in\"", (await beside.ReadInstanceAsync("a"))!.Input);
        }

        using var alone = SqliteHubReader.Open(HubPath);
        Assert.Equal("Flow", (await alone.ReadInstanceAsync("a"))!.Name);
    }

    [Fact]
    public async Task A_full_disk_is_said_clearly_and_what_was_committed_stays()
    {
        await using (var cluster = await Cluster.OpenAsync(new SqliteHubStore(new SqliteStoreOptions(HubPath) { MaximumPages = 40 })))
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "small", new StartOrchestrationOptions("a"));
            var full = await Assert.ThrowsAsync<HubFileException>(() =>
                cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", new string('x', 1_000_000), new StartOrchestrationOptions("b")));
            Assert.Equal(HubFileProblem.DiskFull, full.Problem);
            Assert.Null(await cluster.Client.GetInstanceAsync("b"));
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "small too", new StartOrchestrationOptions("c"));
        }

        await using var again = await Cluster.OpenAsync(new SqliteHubStore(HubPath));
        Assert.Equal("small", (await again.Client.GetInstanceAsync("a", getInputsAndOutputs: true))!.ReadInputAs<string>());
        Assert.NotNull(await again.Client.GetInstanceAsync("c"));
    }

    [Fact]
    public async Task A_full_disk_ends_the_worker_with_the_reason()
    {
        await using var cluster = await Cluster.OpenAsync(new SqliteHubStore(new SqliteStoreOptions(HubPath) { MaximumPages = 60 }));
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Grows", context => context.CallActivityAsync<string>("Big"))
            .AddActivityFunc<object?, string>("Big", (_, _) => new string('x', 1_000_000)));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Grows");

        var thrown = await Assert.ThrowsAsync<HubFileException>(cluster.WorkersEndAsync);

        Assert.Equal(HubFileProblem.DiskFull, thrown.Problem);
    }

    [Fact]
    public async Task The_file_says_what_it_is_and_is_written_as_safely_as_sqlite_can()
    {
        await using (var writer = SqliteWriter.Open(new SqliteStoreOptions(HubPath)))
            Assert.Equal(2L, await writer.WriteAsync(tables => tables.Session.Scalar<long>("PRAGMA synchronous"))); // FULL

        await using var connection = new SqliteConnection($"Data Source={HubPath};Mode=ReadOnly;Pooling=False");
        connection.Open();

        Assert.Equal(0x43435448L, Scalar(connection, "PRAGMA application_id"));
        Assert.Equal("wal", Scalar(connection, "PRAGMA journal_mode"));
        Assert.Equal("ok", Scalar(connection, "PRAGMA integrity_check"));
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private async Task OpenAndCloseAsync()
    {
        await using var store = new SqliteHubStore(HubPath);
        await store.OpenAsync();
    }

    private void Run(string sql)
    {
        using var session = SqliteSession.Open(HubPath, writes: true);
        session.Run(sql);
    }
}
