using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>The operator steers a flow by the API, as a comment would.</summary>
public sealed class CommandsApiTests : IDisposable
{
    private const string Flow = "issue-42-7-1";
    private readonly TestFolder _folder = new();
    private readonly RecordingGitHub _gitHub = new() { Roles = { ["grace"] = Role.Write } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_is_done_and_says_what_became_of_it()
    {
        await using var coordinator = await StartAsync();

        var answer = await SendAsync(coordinator, "cancel");

        Assert.Equal(Flow, answer["flow"]!.GetValue<string>());
        await PhaseAsync(coordinator, Flow, "Failed");
        await TestCoordinator.UntilAsync(() => Task.FromResult(Assert.Single(_gitHub.Comments).Markdown.Contains("'operator' cancelled it.", StringComparison.Ordinal)));
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!.ToJsonString().Contains("/claude cancel", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_retry_on_a_flow_that_has_ended_starts_the_next_one()
    {
        await using var coordinator = await StartAsync();
        await SendAsync(coordinator, "cancel");
        await PhaseAsync(coordinator, Flow, "Failed");

        var answer = await SendAsync(coordinator, "retry");

        Assert.Equal("issue-42-7-2", answer["flow"]!.GetValue<string>());
        await PhaseAsync(coordinator, "issue-42-7-2", "Working");
    }

    [Fact]
    public async Task Guidance_reaches_the_agent_that_works_once()
    {
        await using var coordinator = await StartAsync();
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        await using var items = coordinator.Connect(token).ReceiveAsync(new("w", 0, 1, null, null), Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TestCoordinator.Patience, Cancellation));

        await SendAsync(coordinator, "keep the old name");
        var first = await ProgressAsync(coordinator, token);
        var second = await ProgressAsync(coordinator, token);

        Assert.Equal(["keep the old name"], first);
        Assert.Empty(second);
    }

    [Theory]
    [InlineData("stauts", "Did you mean 'status'?")]
    [InlineData("budget none", "needs US dollars")]
    [InlineData("", "no command")]
    public async Task What_is_no_command_is_refused_with_the_reason(string command, string reason)
    {
        await using var coordinator = await StartAsync();

        using var refused = await coordinator.Operator.PostAsJsonAsync($"/api/flows/{Flow}/commands", new { command }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, (await TestCoordinator.ReadAsync(refused))["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_that_is_not_there_and_a_stranger_get_nothing()
    {
        await using var coordinator = await StartAsync();
        var agent = coordinator.Client(await coordinator.AddAgentAsync("pc-3", "backend"));

        using var unknown = await coordinator.Operator.PostAsJsonAsync("/api/flows/issue-1-1-1/commands", new { command = "cancel" }, Cancellation);
        using var byAgent = await agent.PostAsJsonAsync($"/api/flows/{Flow}/commands", new { command = "cancel" }, Cancellation);
        using var byStranger = await coordinator.Client(token: null).PostAsJsonAsync($"/api/flows/{Flow}/commands", new { command = "cancel" }, Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (unknown.StatusCode, byAgent.StatusCode, byStranger.StatusCode));
    }

    /// <summary>With one flow whose attempt waits for an agent.</summary>
    private async Task<TestCoordinator> StartAsync()
    {
        var coordinator = await TestCoordinator.StartAsync(_folder.Path, change: options => options with { GitHub = _gitHub });
        var labelled = new IssueEvent.Labeled("claude")
        {
            Key = "labelled",
            Repository = new RepositoryRef(42, "acme/sums", "main", IsPublic: false),
            Issue = new IssueSnapshot { Number = 7, Title = "The API answers 500", Labels = ["claude"], Author = "ada" },
            Sender = new Requester("grace", 3, IsBot: false),
        };
        await new DurableTaskClient(coordinator.Hub).HandInAsync(new EventDelivery(labelled) { MoreFollow = true }, Cancellation);
        await PhaseAsync(coordinator, Flow, "Working");
        await TestCoordinator.UntilAsync(async () => await coordinator.Hub.GetAsync($"{Flow}-a1", payloads: false, Cancellation) is not null);
        return coordinator;
    }

    private static async Task<JsonObject> SendAsync(TestCoordinator coordinator, string command)
    {
        using var answer = await coordinator.Operator.PostAsJsonAsync($"/api/flows/{Flow}/commands", new { command }, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await TestCoordinator.ReadAsync(answer);
    }

    private static async Task<IReadOnlyList<string>> ProgressAsync(TestCoordinator coordinator, string token)
    {
        var progress = new AttemptProgress { Agent = new AgentId("pc-3"), Phase = "coding" };
        using var answer = await coordinator.Client(token).PostAsJsonAsync($"/api/attempts/{Flow}-a1/progress", progress, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await TestCoordinator.ReadAsync(answer))["guidance"]!.AsArray().Select(said => said!.GetValue<string>())];
    }

    private static Task PhaseAsync(TestCoordinator coordinator, string id, string phase) => TestCoordinator.UntilAsync(async () =>
    {
        using var answer = await coordinator.Operator.GetAsync(new Uri($"/api/flows/{id}", UriKind.Relative), Cancellation);
        return answer.IsSuccessStatusCode && (await TestCoordinator.ReadAsync(answer))["phase"]!.GetValue<string>() == phase;
    });
}
