using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>Backups, checks after a death, and a full disk.</summary>
public sealed class HubFileCareTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TestFolder _folder = new();

    private string HubPath => _folder.File("hub.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_made_while_work_goes_on_is_a_hub_that_goes_on_from_there()
    {
        var copy = _folder.File("copy.db");
        var store = new SqliteHubStore(HubPath);
        await using (var cluster = await Cluster.OpenAsync(store))
        {
            Work(cluster);
            for (var i = 0; i < 20; i++)
                await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Twice", i, new StartOrchestrationOptions($"run-{i}"));
            await store.BackupAsync(copy);
        }

        Assert.Equal([copy], Directory.GetFiles(_folder.Path, "copy*"));
        var copied = new SqliteHubStore(copy);
        await using var other = await Cluster.OpenAsync(copied);
        Assert.False((await copied.Integrity).WasChecked);
        Work(other);
        for (var i = 0; i < 20; i++)
            Assert.Equal(i + 2, (await other.EndOfAsync($"run-{i}")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_backup_never_replaces_a_file()
    {
        await using var store = new SqliteHubStore(HubPath);
        await store.OpenAsync();
        await File.WriteAllTextAsync(_folder.File("mine"), "mine");

        Assert.Equal(HubFileProblem.Exists, (await Assert.ThrowsAsync<HubFileException>(() => store.BackupAsync(_folder.File("mine")))).Problem);
        Assert.Equal(HubFileProblem.Exists, (await Assert.ThrowsAsync<HubFileException>(() => store.BackupAsync(HubPath))).Problem);
        Assert.Equal(HubFileProblem.NoAccess, (await Assert.ThrowsAsync<HubFileException>(() => store.BackupAsync(_folder.File("no/folder")))).Problem);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder.File("mine")));
    }

    [Fact]
    public async Task A_file_is_checked_in_the_background_only_after_it_was_left_open()
    {
        await using (var first = new SqliteHubStore(HubPath))
        {
            await first.OpenAsync();
            await StartAsync(first, "a");
            Assert.False((await first.Integrity).WasChecked);
            foreach (var file in Directory.GetFiles(_folder.Path, "hub.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
                File.Copy(file, file.Replace("hub.db", "died.db", StringComparison.Ordinal));
        }

        await using (var again = new SqliteHubStore(HubPath))
        {
            await again.OpenAsync();
            Assert.False((await again.Integrity).WasChecked);
        }

        await using var died = new SqliteHubStore(_folder.File("died.db"));
        await died.OpenAsync();
        var integrity = await died.Integrity.WaitAsync(Cluster.Patience);
        Assert.Equal((true, true), (integrity.WasChecked, integrity.IsSound));
        Assert.NotNull(await died.ReadInstanceAsync("a"));
    }

    [Fact]
    public async Task Damage_is_found_by_the_check()
    {
        await using (var store = new SqliteHubStore(HubPath))
        {
            await store.OpenAsync();
            await StartAsync(store, "a");
        }

        long page;
        using (var session = SqliteSession.Open(HubPath, writes: true))
        {
            session.Run("INSERT INTO hub VALUES ('owner', '1')");
            page = session.Scalar<long>("SELECT rootpage FROM sqlite_schema WHERE name = 'activities_waiting'");
        }

        await using (var file = File.OpenWrite(HubPath))
        {
            file.Position = (page - 1) * 4_096;
            await file.WriteAsync(new byte[4_096]);
        }

        await using var damaged = new SqliteHubStore(HubPath);
        await damaged.OpenAsync();
        Assert.False((await damaged.Integrity.WaitAsync(Cluster.Patience)).IsSound);
    }

    [Fact]
    public async Task A_commit_that_finds_no_space_leaves_the_lease_and_the_work_as_they_were()
    {
        await using var store = new SqliteHubStore(new SqliteStoreOptions(HubPath) { MaximumPages = 60 });
        await store.OpenAsync();
        await StartAsync(store, "a");
        var step = Assert.Single(await store.ClaimStepsAsync(NewClaim()));
        CommitBatch Scheduling(string input) => new("a", new Guard.HoldsStep(step.Lease.Token))
        {
            Instance = step.Lease.State with { Status = OrchestrationRuntimeStatus.Running },
            Consumed = [.. step.Messages.Select(message => message.Id)],
            Activities = [new ActivityRow("a", "a-1", 0, "Small", string.Empty, null), new ActivityRow("a", "a-1", 1, "Work", string.Empty, input)],
        };

        var full = await Assert.ThrowsAsync<HubFileException>(() => store.CommitAsync(Scheduling(new string('x', 1_000_000)), new Handout(NewClaim(), NewClaim())));
        Assert.Equal(HubFileProblem.DiskFull, full.Problem);
        Assert.Empty(await store.ClaimActivitiesAsync(NewClaim()));
        Assert.Empty(await store.ClaimStepsAsync(NewClaim()));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await store.ReadInstanceAsync("a"))!.Status);

        var result = await store.CommitAsync(Scheduling("small"), new Handout(NewClaim(), NewClaim()));
        Assert.Equal((Verdict.Committed, 2, 0), (result.Verdict, result.Activities.Count, result.Steps.Count));
    }

    [Theory]
    [InlineData("3.6.23", false)]
    [InlineData("3.7.0", true)]
    [InlineData("3.40.1", true)]
    [InlineData("3.44.6", false)]
    [InlineData("3.50.4", true)]
    [InlineData("3.50.7", false)]
    [InlineData("3.51.2", true)]
    [InlineData("3.51.3", false)]
    [InlineData("3.53.2", false)]
    public void Versions_that_can_damage_a_file_are_known(string version, bool hasTheBug) =>
        Assert.Equal(hasTheBug, SqliteVersion.HasWalResetBug(Version.Parse(version)));

    private static Claim NewClaim() => new("w", 10, null, Noon, Noon.AddMinutes(1), () => Guid.NewGuid().ToString("N"));

    private static Task<Verdict> StartAsync(SqliteHubStore store, string id) =>
        store.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", id, null), id, $"{id}-1", Noon));

    private static void Work(Cluster cluster) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc<int, int>("Twice", async (context, value) => await context.CallActivityAsync<int>("Add", await context.CallActivityAsync<int>("Add", value)))
        .AddActivityFunc<int, int>("Add", (_, value) => value + 1));
}
