using System.Net;
using System.Text.Json.Nodes;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary>Where <c>claude-cluster coordinator</c> keeps what it knows, beside a file.</summary>
public sealed class CoordinatorStoreTests
{
    private const string Operator = "an-operator-token-of-my-own";

    [Fact]
    public async Task Two_coordinators_on_one_database_know_the_same_agents_and_what_one_revokes_is_worth_nothing_at_the_other()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, PostgresServer.HowToInstall);
        using var database = PostgresServer.StartNew();
        await using var playground = Playground.Create();
        playground.Environment["DATABASE_URL"] = $"postgresql://cc@localhost/postgres?host={database.Folder}";
        var (one, _) = await StartAsync(playground);
        var (two, _) = await StartAsync(playground);

        var added = await playground.CallAsync("agents", "add", "pc-3", "--specialties", "backend", "--coordinator", one, "--json");
        Assert.True(added.Code == 0, added.All);
        var token = added.Json["token"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(two, token));
        var revoked = await playground.CallAsync("agents", "revoke", "pc-3", "--coordinator", two);
        Assert.True(revoked.Code == 0, revoked.All);

        while (await AskAsync(one, token) != HttpStatusCode.Unauthorized)
            await Task.Delay(100, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Without_a_file_all_is_forgotten_at_the_end_and_it_says_so()
    {
        await using var playground = Playground.Create();
        var (url, store) = await StartAsync(playground, "--store", "memory");

        var added = await playground.CallAsync("agents", "add", "pc-3", "--specialties", "backend", "--coordinator", url);

        Assert.True(added.Code == 0, added.All);
        Assert.Contains("all is gone when this process ends", store, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_named_without_its_password()
    {
        await using var playground = Playground.Create();
        playground.Environment["DATABASE_URL"] = "postgresql://me:hunter2@127.0.0.1:1/flows";

        var refused = await playground.CallAsync("coordinator", "--listen", "127.0.0.1:0");

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("127.0.0.1", refused.All, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_clear_beyond_this_machine_it_starts_only_when_told_to_and_warns()
    {
        await using var playground = Playground.Create();
        playground.Environment["OPERATOR"] = Operator;

        var process = playground.Start("coordinator", "--listen", "0.0.0.0:0", "--store", "hub.db", "--operator-token-from", "OPERATOR", "--insecure-lan");
        await process.SaysAsync("Ctrl-C stops it.");

        Assert.Contains("Anybody on this network can read along", process.SaidSoFar, StringComparison.Ordinal);
        Assert.Contains("http://0.0.0.0:", process.SaidSoFar, StringComparison.Ordinal);
    }

    private static async Task<(string Url, string Store)> StartAsync(Playground playground, params string[] more)
    {
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = playground.Environment["OPERATOR"] = Operator;
        var process = playground.Start(["coordinator", "--listen", "127.0.0.1:0", "--operator-token-from", "OPERATOR", "--json", .. more]);
        await process.SaysAsync("}");
        var said = JsonNode.Parse(process.SaidSoFar)!;
        return (said["address"]!.GetValue<string>(), said["store"]!.GetValue<string>());
    }

    /// <summary>With an agent's token, which is known, for what only the operator may have: 403. Unknown or revoked it is 401.</summary>
    private static async Task<HttpStatusCode> AskAsync(string url, string token)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await http.GetAsync(new Uri("api/agents", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
