using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster run --hub</c>: the flow is kept in a hub elsewhere.</summary>
public sealed class RunOnHubTests
{
    private const int Kills = 4;

    [Fact]
    public async Task A_run_keeps_its_flow_in_the_hub_that_it_is_given()
    {
        await using var playground = Playground.Create();
        var hub = await StartHubAsync(playground);

        var ended = await playground.CallAsync([.. playground.Run, "--hub", hub, "--json"]);

        Assert.True(ended.Code == (int)ExitCode.Done, ended.All);
        Schema.Check("run", ended.Json);
        Assert.Equal($"http://{hub}", ended.Json["hub"]!.GetValue<string>());
        Assert.False(File.Exists(playground.Hub));
        await using var remote = Open(hub);
        var flow = await new DurableTaskClient(remote).GetInstanceAsync(ended.Json["flowId"]!.GetValue<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, flow!.RuntimeStatus);
        Assert.Contains("$1 + $2", playground.Git.Run("show", $"{ended.Json["branch"]!.GetValue<string>()}:sum.sh"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_random_moments_and_called_again_it_comes_to_one_pull_request()
    {
        await using var playground = Playground.Create(script: Playground.TwoAttempts);
        var hub = await StartHubAsync(playground);
        var random = new Random(5);
        string[] run = [.. playground.Run, "--hub", hub];

        for (var kill = 0; kill < Kills; kill++)
        {
            var process = playground.Start(run);
            await process.SaysAsync("Keeps the flow");
            // The moment of death is what is tried here.
            await Task.Delay(random.Next(0, 2500), TestContext.Current.CancellationToken);
            process.Kill();
            await process.EndAsync();
        }

        var ended = await playground.CallAsync(run);
        Assert.True(ended.Code == (int)ExitCode.Done, ended.All);
        Assert.Single(Directory.GetFiles(Path.Combine(playground.State, "pulls"), "*.md"));
        Assert.Empty(playground.Git.Run("branch", "--list", "claude/wip/*").Trim());
    }

    [Fact]
    public async Task A_hub_with_an_open_flow_of_another_repository_is_left_alone()
    {
        await using var playground = Playground.Create();
        var hub = await StartHubAsync(playground);
        await using var remote = Open(hub);
        await new DurableTaskClient(remote).ScheduleNewOrchestrationInstanceAsync("IssueToPullRequest", null, new StartOrchestrationOptions("issue-7-1-1"));

        var refused = await playground.CallAsync([.. playground.Run, "--hub", hub]);

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("open flow of another repository, issue-7-1-1", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_on_the_same_hub_is_refused_while_the_first_one_lives()
    {
        await using var playground = Playground.Create();
        await using var other = Playground.Create();
        var hub = await StartHubAsync(playground);
        other.Environment["XDG_STATE_HOME"] = playground.Environment["XDG_STATE_HOME"];
        var first = playground.Start([.. playground.Run, "--hub", hub, "--agents-elsewhere"]);
        await first.SaysAsync("Flow issue-");

        var refused = await other.CallAsync([.. other.Run, "--hub", hub]);

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("Another run on this machine uses the hub", refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--hub", "http://a/path", "is no address of a hub")]
    [InlineData("--hub", "Endpoint=https://a", "no TaskHub")]
    [InlineData("--hub", "Endpoint=https://a;TaskHub=b;Authentication=DefaultAzure", "needs a token")]
    public async Task A_connection_that_cannot_be_used_is_refused_with_the_reason(string option, string value, string reason)
    {
        await using var playground = Playground.Create();

        var refused = await playground.CallAsync([.. playground.Run, option, value]);

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_does_not_go_over_the_network_in_the_clear_and_must_be_there()
    {
        await using var playground = Playground.Create();
        playground.Environment["HUB_TOKEN"] = "a-long-credential";

        var clear = await playground.CallAsync([.. playground.Run, "--hub", "http://192.0.2.1:4001", "--hub-token-from", "HUB_TOKEN"]);
        var missing = await playground.CallAsync([.. playground.Run, "--hub", "127.0.0.1:4001", "--hub-token-from", "NOBODY_SET_ME"]);
        var alone = await playground.CallAsync([.. playground.Run, "--agents-elsewhere"]);

        Assert.Contains("could be read on its way", clear.Output, StringComparison.Ordinal);
        Assert.Contains("NOBODY_SET_ME is not set", missing.Output, StringComparison.Ordinal);
        Assert.Contains("needs --hub", alone.Output, StringComparison.Ordinal);
        Assert.All([clear, missing, alone], refused => Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All));
    }

    private static RemoteTaskHub Open(string hub) => new(HubAddress.Parse(hub), new RemoteTaskHubOptions(), TimeProvider.System, new Random(1));

    private static async Task<string> StartHubAsync(Playground playground)
    {
        var process = playground.Start("hub", "--listen", "127.0.0.1:0", "--store", "hub.db", "--lease", "2", "--grace", "2", "--json");
        await process.SaysAsync("\"address\"");
        return new Uri(process.SaidSoFar.Split('"').First(part => part.StartsWith("http://", StringComparison.Ordinal))).Authority;
    }
}
