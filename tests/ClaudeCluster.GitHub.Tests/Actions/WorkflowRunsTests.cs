using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests.Actions;

public sealed class WorkflowRunsTests
{
    private const string Attempt = "issue-1001-12-1-a1";
    private const string DispatchCall = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
    private const string ListCall = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
    private static readonly Specialty Backend = new("backend");

    [Fact]
    public async Task Run_is_asked_for_with_the_labels_of_the_specialty_and_found_again_by_the_attempts_id()
    {
        await using var kit = await StartAsync();

        var dispatch = await kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default);

        var run = Assert.Single(kit.Fake.World.Actions.Runs);
        Assert.Equal(new Dispatch(run.Id, null), dispatch);
        Assert.Equal($"claude-agent {Attempt}", run.Title);
        Assert.Equal("main", run.Branch);
        Assert.Equal("""["self-hosted","claude-agent","backend"]""", run.Payload["inputs"]!["labels"]!.GetValue<string>());
        Assert.Equal(run.Id, (await kit.Service.FindRunAsync(kit.Ref, Attempt, kit.Clock.GetUtcNow(), default))?.Id);
        Assert.Null(await kit.Service.FindRunAsync(kit.Ref, Attempt + "2", kit.Clock.GetUtcNow(), default));
        Assert.Equal(AgentRunState.Queued, (await kit.Service.ReadRunAsync(kit.Ref, run.Id, default))?.State);
        Assert.Null(await kit.Service.ReadRunAsync(kit.Ref, 1, default));
    }

    [Fact]
    public async Task GitHub_that_does_not_name_the_run_is_asked_without_the_flag()
    {
        await using var kit = await StartAsync();
        kit.Fake.World.Actions.KnowsRunDetails = false;

        Assert.Equal(new Dispatch(null, null), await kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default));

        var run = Assert.Single(kit.Fake.World.Actions.Runs);
        Assert.Equal([422, 204], kit.Fake.Requests.All.Where(request => request.Operation == DispatchCall).Select(request => request.Status));
        Assert.Equal(run.Id, (await kit.Service.FindRunAsync(kit.Ref, Attempt, kit.Clock.GetUtcNow(), default))?.Id);
    }

    [Fact]
    public async Task Run_that_was_begun_although_the_answer_was_lost_is_found_and_not_asked_for_twice_by_itself()
    {
        await using var kit = await StartAsync();
        kit.Fake.Faults.Plan(DispatchCall, Fault.ResetAfterEffect);

        await Assert.ThrowsAsync<GitHubException.Unavailable>(() => kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default));

        Assert.NotNull(await kit.Service.FindRunAsync(kit.Ref, Attempt, kit.Clock.GetUtcNow(), default));
        Assert.Single(kit.Fake.World.Actions.Runs);
    }

    [Fact]
    public async Task What_GitHub_refuses_for_good_is_said_in_words()
    {
        await using var kit = await GitHubKit.StartAsync();

        Assert.Contains("has no .github/workflows/claude-agent.yml on main", (await kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default)).Refusal, StringComparison.Ordinal);
        kit.Repository.Git.Commit("main", ".github/workflows/claude-agent.yml", "on: push\n");
        Assert.Contains("does not have 'workflow_dispatch' trigger", (await kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default)).Refusal, StringComparison.Ordinal);
        kit.Token.Permissions = new Dictionary<string, string> { ["contents"] = "write" };
        Assert.Contains("actions: write", (await kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default)).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runner_is_alive_when_it_is_online_and_has_every_label()
    {
        await using var kit = await StartAsync();
        Assert.Equal(new RunnerLook(false, "octo/shop has no runner with the labels self-hosted, claude-agent, backend"), await LookAsync(kit));

        kit.Fake.World.Actions.Register(kit.Repository, "pc-1", "self-hosted", "claude-agent", "frontend");
        Assert.False((await LookAsync(kit)).IsAlive);
        var runner = kit.Fake.World.Actions.Register(kit.Repository, "pc-2", "self-hosted", "Claude-Agent", "backend", "linux");
        Assert.Equal(new RunnerLook(true, null), await LookAsync(kit));
        runner.IsOnline = false;
        Assert.Equal("the runner pc-2 with the labels self-hosted, claude-agent, backend is offline", (await LookAsync(kit)).Words);
    }

    [Fact]
    public async Task Runner_is_found_among_hundreds()
    {
        await using var kit = await GitHubKit.StartAsync();
        foreach (var number in Enumerable.Range(1, 250))
            kit.Fake.World.Actions.Register(kit.Repository, $"pc-{number}", "self-hosted", "linux");
        kit.Fake.World.Actions.Register(kit.Repository, "pc-251", "self-hosted", "claude-agent", "backend");

        Assert.Equal(new RunnerLook(true, null), await LookAsync(kit));
    }

    [Fact]
    public async Task App_that_may_not_see_runners_may_wake_them_all_the_same()
    {
        await using var kit = await StartAsync();
        using var key = RSA.Create(2048);
        var app = kit.Fake.World.AddApp("claude-cluster", key, new Dictionary<string, string> { ["actions"] = "write", ["metadata"] = "read" }, kit.Repository);
        await using var service = kit.NewService(new GitHubLogin.App(app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), key.ExportRSAPrivateKeyPem()));

        var look = await service.LookAsync(kit.Ref, Backend, default);
        var dispatch = await service.DispatchAsync(kit.Ref, Backend, Attempt, default);

        Assert.Null(look.IsAlive);
        Assert.Contains("administration: read", look.Words, StringComparison.Ordinal);
        Assert.Equal(Assert.Single(kit.Fake.World.Actions.Runs).Id, dispatch.Run);
    }

    [Fact]
    public async Task Run_that_GitHubs_list_does_not_know_yet_is_waited_for()
    {
        await using var kit = await StartAsync();
        kit.Fake.Faults.Plan(ListCall, Fault.ServerError, times: 2);
        await kit.Service.DispatchAsync(kit.Ref, Backend, Attempt, default);

        Assert.NotNull(await kit.Service.FindRunAsync(kit.Ref, Attempt, kit.Clock.GetUtcNow(), default));
    }

    private static Task<RunnerLook> LookAsync(GitHubKit kit) => kit.Service.LookAsync(kit.Ref, Backend, default);

    private static async Task<GitHubKit> StartAsync()
    {
        var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Commit("main", ".github/workflows/claude-agent.yml", await File.ReadAllTextAsync(Path.Combine(GitHubSchemas.Folder, "..", "..", ".github", "workflows", "claude-agent.yml")));
        return kit;
    }
}
