using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>A database that cannot be used says which, why and what to do; hubs of one database know nothing of each other.</summary>
public sealed class HubDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly PostgresServer _server = SharedServer.Get();
    private readonly List<string> _hubs = [];

    public void Dispose() => _hubs.ForEach(SharedServer.GiveBack);

    [Fact]
    public async Task No_server_is_told_with_host_and_without_the_password()
    {
        var refused = await RefusedAsync("Host=127.0.0.1;Port=1;Database=hubs;Username=me;Password=very-secret");

        Assert.Equal(HubDatabaseProblem.NotThere, refused.Problem);
        Assert.Contains("'default' in database 'hubs' on 127.0.0.1:1", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";Password=wrong-secret")]
    public async Task A_refused_login_names_the_user_and_not_the_password(string password)
    {
        _server.Execute("DO $$ BEGIN CREATE ROLE asks_for_password LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");

        var refused = await RefusedAsync($"Host={_server.Folder};Database=postgres;Username=asks_for_password{password}");

        Assert.Equal(HubDatabaseProblem.LoginRefused, refused.Problem);
        Assert.DoesNotContain("wrong-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_database_says_how_to_make_it()
    {
        var refused = await RefusedAsync($"Host={_server.Folder};Database=nowhere;Username=cc");

        Assert.Equal((HubDatabaseProblem.NoSuchDatabase, true), (refused.Problem, refused.Fix.Contains("createdb \"nowhere\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_user_who_may_not_make_the_schema_is_told_what_to_grant()
    {
        _server.Execute("DO $$ BEGIN CREATE ROLE poor LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");

        var refused = await RefusedAsync($"Host={_server.Folder};Database=postgres;Username=poor");

        Assert.Equal(HubDatabaseProblem.NoPermission, refused.Problem);
        Assert.Contains("GRANT CREATE ON DATABASE \"postgres\" TO \"poor\"", refused.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        var hub = NewHub();
        await (await OpenAsync(hub)).DisposeAsync();
        _server.Execute($"UPDATE claude_cluster_{hub}.hub SET value = '99' WHERE name = 'format'");

        var refused = await Assert.ThrowsAsync<HubDatabaseException>(() => OpenAsync(hub));

        _server.Execute($"UPDATE claude_cluster_{hub}.hub SET value = '{PostgresMigrator.Scripts.Count}' WHERE name = 'format'");
        Assert.Equal(HubDatabaseProblem.NewerVersion, refused.Problem);
        Assert.Contains("format is 99", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a;drop")]
    [InlineData("1st")]
    public void A_hub_s_name_is_a_plain_word(string hub) =>
        Assert.Throws<ArgumentException>(() => new PostgresHubStore(new PostgresStoreOptions("Host=x") { Hub = hub }, TimeProvider.System));

    [Fact]
    public async Task A_new_hub_opened_by_several_at_once_is_made_once()
    {
        var hub = $"opened_{Guid.NewGuid():N}";

        var stores = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => OpenAsync(hub)));

        foreach (var store in stores)
            await store.DisposeAsync();
        _server.Execute($"DROP SCHEMA claude_cluster_{hub} CASCADE");
    }

    [Fact]
    public async Task Hubs_of_one_database_know_nothing_of_each_other()
    {
        await using var one = await OpenAsync(NewHub());
        await using var other = await OpenAsync(NewHub());

        Assert.Equal(Verdict.Committed, await StartAsync(one, "a"));
        Assert.Null(await other.ReadInstanceAsync("a"));
        Assert.Equal(Verdict.Committed, await StartAsync(other, "a"));
    }

    [Fact]
    public async Task Ids_differ_by_case()
    {
        await using var store = await OpenAsync(NewHub());

        Assert.Equal(Verdict.Committed, await StartAsync(store, "Ä-id"));
        Assert.Equal(Verdict.Committed, await StartAsync(store, "ä-id"));
        Assert.Equal(Verdict.AlreadyExists, await StartAsync(store, "Ä-id"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0xD83D)]
    public async Task Text_that_PostgreSQL_cannot_hold_is_refused_alone_and_by_name(int character)
    {
        var text = $"bad {(char)character}!";
        await using var store = await OpenAsync(NewHub());
        var start = InstanceRequests.Start(new StartRequest("Flow", "a", text), "a", "a-1", Noon);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(start));

        Assert.Contains("orchestration's input", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Committed, await StartAsync(store, "a"));
    }

    [Fact]
    public async Task A_payload_may_hold_every_character_that_JSON_can_write()
    {
        await using var cluster = await Cluster.OpenAsync(new PostgresHubStore(_server.Options(NewHub()), TimeProvider.System));
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string, string>("Flow", (context, text) => context.CallActivityAsync<string>("Echo", text))
            .AddActivityFunc<string, string>("Echo", (_, text) => text));

        var end = await cluster.RunAsync("Flow", "\0\u0001 \uD83D\uDE00 日本");

        Assert.Equal("\0\u0001 \uD83D\uDE00 日本", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_fails_its_own_orchestration_only()
    {
        var hub = NewHub();
        await using var cluster = await Cluster.OpenAsync(new PostgresHubStore(_server.Options(hub), TimeProvider.System));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions("bad"));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions("good"));
        _server.Execute(
            $"UPDATE claude_cluster_{hub}.inbox SET event = '{{\"$type\":\"ofTomorrow\"}}' WHERE instance_key = (SELECT key FROM claude_cluster_{hub}.instances WHERE instance_id = 'bad')");

        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", _ => Task.FromResult("done")));

        Assert.Equal("done", (await cluster.EndOfAsync("good")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.EndOfAsync("bad")).RuntimeStatus);
    }

    private string NewHub()
    {
        _hubs.Add(SharedServer.TakeHub());
        return _hubs[^1];
    }

    private async Task<PostgresHubStore> OpenAsync(string hub)
    {
        var store = new PostgresHubStore(_server.Options(hub), TimeProvider.System);
        await store.OpenAsync();
        return store;
    }

    private static async Task<HubDatabaseException> RefusedAsync(string connection)
    {
        await using var store = new PostgresHubStore(new PostgresStoreOptions(connection), TimeProvider.System);
        return await Assert.ThrowsAsync<HubDatabaseException>(() => store.OpenAsync());
    }

    private static Task<Verdict> StartAsync(PostgresHubStore store, string id) =>
        store.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", id, null), id, $"{id}-1", Noon));
}
