using System.Net;
using System.Net.Http.Json;
using System.Text;
using ClaudeCluster.DurableTask.Client;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>What agents and the operator tell each other.</summary>
public sealed class ApiTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Maintenance_reaches_the_agent_with_the_answer_to_its_next_sign_of_life()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var agent = coordinator.Client(await coordinator.AddAgentAsync("pc-3", "backend"));
        Assert.False((await ReportAsync(agent)).Maintenance);

        using var on = await coordinator.Operator.PostAsJsonAsync("/api/agents/pc-3/maintenance", new { on = true }, Cancellation);
        Assert.True((await ReportAsync(agent)).Maintenance);
        Assert.Equal("maintenance", (await ListAsync(coordinator)).Single().State);
        using var off = await coordinator.Operator.PostAsJsonAsync("/api/agents/pc-3/maintenance", new { on = false }, Cancellation);
        Assert.False((await ReportAsync(agent)).Maintenance);
        Assert.Equal("ready", (await ListAsync(coordinator)).Single().State);
    }

    [Fact]
    public async Task An_agent_is_added_once_and_again_after_it_was_revoked()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var first = await coordinator.AddAgentAsync("pc-3", "backend");
        using var twice = await coordinator.Operator.PostAsJsonAsync("/api/agents", new { id = "pc-3", specialties = new[] { "backend" } }, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        using var revoked = await coordinator.Operator.DeleteAsync(new Uri("/api/agents/pc-3", UriKind.Relative), Cancellation);

        var second = await coordinator.AddAgentAsync("pc-3", "backend");

        Assert.NotEqual(first, second);
        using var old = await coordinator.Client(first).PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        await ReportAsync(coordinator.Client(second));
    }

    [Theory]
    [InlineData("{\"id\":\"a/b\",\"specialties\":[\"x\"]}", "id")]
    [InlineData("{\"id\":\"\",\"specialties\":[\"x\"]}", "id")]
    [InlineData("{\"id\":\"a\",\"specialties\":[]}", "specialties")]
    [InlineData("{\"id\":\"a\",\"specialties\":[\"b@c\"]}", "specialties")]
    [InlineData("{\"id\":\"a\"}", "body")]
    [InlineData("{\"id\":\"a\",\"specialties\":null}", "body")]
    [InlineData("null", "body")]
    [InlineData("oops", "body")]
    public async Task What_cannot_be_used_is_refused_with_place_reason_and_fix(string body, string place)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await coordinator.Operator.PostAsync(new Uri("/api/agents", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await TestCoordinator.ReadAsync(answer);
        Assert.StartsWith(place, problem["place"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.All(["reason", "fix", "title", "code"], word => Assert.NotEmpty(problem[word]!.GetValue<string>()));
        Assert.Empty(await ListAsync(coordinator));
    }

    [Fact]
    public async Task A_body_that_is_too_large_and_a_path_that_is_none_are_told_so()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        using var content = new StringContent(new string(' ', 300 * 1024), Encoding.UTF8, "application/json");

        using var large = await coordinator.Operator.PostAsync(new Uri("/api/agents", UriKind.Relative), content, Cancellation);
        using var nowhere = await coordinator.Operator.GetAsync(new Uri("/api/nothing", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.NotFound), (large.StatusCode, nowhere.StatusCode));
        Assert.Equal("notFound", (await TestCoordinator.ReadAsync(nowhere))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Progress_is_taken_from_who_was_given_the_attempt_kept_within_bounds_and_shown_to_the_operator()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        var thief = coordinator.Client(await coordinator.AddAgentAsync("pc-4", "backend"));
        var (id, _, _) = await coordinator.GiveAttemptAsync(token, "RunAgent:backend");
        var progress = new AttemptProgress
        {
            Agent = new AgentId("pc-3"),
            Phase = new string('p', 500),
            LastTool = "Edit sum.sh",
            Lines = [.. Enumerable.Range(0, 150).Select(n => $"{n} {new string('x', 1000)}")],
        };

        for (var i = 0; i < 3; i++)
        {
            using var taken = await coordinator.Client(token).PostAsJsonAsync($"/api/attempts/{id}/progress", progress, Cancellation);
            Assert.Empty((await taken.Content.ReadFromJsonAsync<ProgressAnswer>(Cancellation))!.Guidance);
        }

        using var stolen = await thief.PostAsJsonAsync($"/api/attempts/{id}/progress", progress with { Agent = new AgentId("pc-4") }, Cancellation);
        using var forged = await thief.PostAsJsonAsync($"/api/attempts/{id}/progress", progress, Cancellation);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (stolen.StatusCode, forged.StatusCode));
        using var shown = await coordinator.Operator.GetAsync(new Uri($"/api/attempts/{id}", UriKind.Relative), Cancellation);
        var attempt = await TestCoordinator.ReadAsync(shown);
        Assert.Equal(("pc-3", 40, "Edit sum.sh"), (attempt["agent"]!.GetValue<string>(), attempt["phase"]!.GetValue<string>().Length, attempt["lastTool"]!.GetValue<string>()));
        var lines = attempt["lines"]!.AsArray();
        Assert.Equal(AttemptDesk.MostLines, lines.Count);
        Assert.All(lines, line => Assert.Equal(300, line!.GetValue<string>().Length));
        Assert.StartsWith("149 ", lines[^1]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_credential_is_for_who_was_given_the_attempt_while_it_lasts_and_there_is_none_yet()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        var thief = coordinator.Client(await coordinator.AddAgentAsync("pc-4", "backend"));
        var (id, _, _) = await coordinator.GiveAttemptAsync(token, "RunAgent:backend");

        Assert.Equal((HttpStatusCode.NotFound, "noGitHub"), await AskAsync(coordinator.Client(token), "pc-3", "claude/wip/12-1-a1"));
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), await AskAsync(coordinator.Client(token), "pc-3", "main"));
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), await AskAsync(thief, "pc-4", "claude/wip/12-1-a1"));
        await new DurableTaskClient(coordinator.Hub).TerminateInstanceAsync(id, cancellation: Cancellation);
        Assert.Equal((HttpStatusCode.Conflict, "attemptEnded"), await AskAsync(coordinator.Client(token), "pc-3", "claude/wip/12-1-a1"));

        async Task<(HttpStatusCode, string)> AskAsync(HttpClient client, string agent, string branch)
        {
            using var answer = await client.PostAsJsonAsync($"/api/attempts/{id}/push-credential", new PushCredentialRequest(new AgentId(agent), 1, branch), Cancellation);
            return (answer.StatusCode, (await TestCoordinator.ReadAsync(answer))["code"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task The_named_owner_may_still_push_when_the_attempt_has_just_ended_and_nobody_else()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        var (id, _, _) = await coordinator.GiveAttemptAsync(token, "RunAgent:backend", owner: "pc-3");
        await TestCoordinator.UntilAsync(async () => (await coordinator.Hub.GetAsync(id, payloads: true, Cancellation))?.CustomStatus is not null);
        await new DurableTaskClient(coordinator.Hub).TerminateInstanceAsync(id, cancellation: Cancellation);

        using var answer = await coordinator.Client(token).PostAsJsonAsync($"/api/attempts/{id}/push-credential", new PushCredentialRequest(new AgentId("pc-3"), 1, "claude/wip/12-1-a1"), Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, "noGitHub"), (answer.StatusCode, (await TestCoordinator.ReadAsync(answer))["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_fleet_says_who_is_there_and_who_was_last_seen()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var database = new Specialty("database");
        Assert.Equal(new Availability(false, "no agent with 'database' is connected"), await coordinator.App.Fleet.FindAsync(database, null, Cancellation));
        var agent = coordinator.Client(await coordinator.AddAgentAsync("db-1", "database"));

        using var report = await agent.PutAsJsonAsync("/api/agents/db-1", TestCoordinator.Report("db-1", "database"), Cancellation);

        Assert.True((await coordinator.App.Fleet.FindAsync(database, null, Cancellation)).IsSomeoneThere);
        Assert.False((await coordinator.App.Fleet.FindAsync(database, new AgentId("db-1"), Cancellation)).IsSomeoneThere);
        using var closed = await agent.PutAsJsonAsync("/api/agents/db-1", TestCoordinator.Report("db-1", "database") with { State = AgentState.Closed, Problem = "not logged in" }, Cancellation);
        Assert.Equal("db-1, which has 'database', takes no tasks: not logged in", (await coordinator.App.Fleet.FindAsync(database, null, Cancellation)).Missing);
    }

    private static async Task<AgentOrders> ReportAsync(HttpClient agent)
    {
        using var answer = await agent.PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<AgentOrders>(Cancellation))!;
    }

    private static async Task<IReadOnlyList<AgentEntry>> ListAsync(TestCoordinator coordinator) =>
        (await coordinator.Operator.GetFromJsonAsync<AgentList>("/api/agents", Cancellation))!.Agents;
}
