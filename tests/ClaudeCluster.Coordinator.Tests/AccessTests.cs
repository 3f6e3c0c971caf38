using System.Net;
using System.Net.Http.Json;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>Who may do what, through the API and the hub behind it.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("GET", "/api/agents")]
    [InlineData("POST", "/api/agents")]
    [InlineData("PUT", "/api/agents/pc-3")]
    [InlineData("DELETE", "/api/agents/pc-3")]
    [InlineData("POST", "/api/agents/pc-3/maintenance")]
    [InlineData("GET", "/api/attempts/a1")]
    [InlineData("POST", "/api/attempts/a1/progress")]
    [InlineData("POST", "/api/attempts/a1/push-credential")]
    [InlineData("GET", "/api/audit")]
    public async Task Nothing_but_health_is_answered_without_a_credential(string method, string path)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        foreach (var token in new[] { null, "wrong", "cco_" + new string('0', 64) })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { }) };
            using var answer = await coordinator.Client(token).SendAsync(request, Cancellation);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal("unauthenticated", (await TestCoordinator.ReadAsync(answer))["code"]!.GetValue<string>());
        }

        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Count == 3);
        Assert.All(await coordinator.AuditAsync(), entry => Assert.Equal(("stranger", $"{method} {path}"), (entry!["who"]!.GetValue<string>(), entry["what"]!.GetValue<string>())));
    }

    [Theory]
    [InlineData("GET", "/api/agents")]
    [InlineData("POST", "/api/agents")]
    [InlineData("DELETE", "/api/agents/pc-4")]
    [InlineData("POST", "/api/agents/pc-3/maintenance")]
    [InlineData("GET", "/api/attempts/a1")]
    [InlineData("GET", "/api/audit")]
    public async Task An_agent_does_nothing_that_is_the_operator_s(string method, string path)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var agent = coordinator.Client(await coordinator.AddAgentAsync("pc-3", "backend"));
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { }) };

        using var answer = await agent.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!["who"]!.GetValue<string>() == "pc-3"));
    }

    [Fact]
    public async Task An_agent_reports_for_itself_and_for_its_own_specialties_only()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var agent = coordinator.Client(await coordinator.AddAgentAsync("pc-3", "backend"));
        await coordinator.AddAgentAsync("pc-4", "backend");

        using var own = await agent.PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        using var other = await agent.PutAsJsonAsync("/api/agents/pc-4", TestCoordinator.Report("pc-4", "backend"), Cancellation);
        using var lying = await agent.PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-4", "backend"), Cancellation);
        using var foreign = await agent.PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend", "database"), Cancellation);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden],
            new[] { own, other, lying, foreign }.Select(answer => answer.StatusCode));
    }

    [Fact]
    public async Task At_the_hub_an_agent_gets_its_specialties_and_claims_in_its_own_name_only()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        var foreign = await coordinator.StartAttemptAsync("RunAgent:frontend");
        var (id, items, _) = await coordinator.GiveAttemptAsync(token, "RunAgent:backend@pc-3");
        var agent = coordinator.Connect(token);

        await agent.RequestAsync(id, new InstanceRequest.Raise("AttemptStarted", """{"agent":"pc-3","workerId":"w","runUrl":null}"""), Cancellation);
        Assert.NotNull(await agent.GetAsync(id, payloads: true, Cancellation));
        foreach (var forbidden in new Func<Task>[]
        {
            () => agent.RequestAsync(id, new InstanceRequest.Raise("AttemptStarted", """{"agent":"pc-4","workerId":"w"}"""), Cancellation),
            () => agent.RequestAsync(id, new InstanceRequest.Raise("AttemptStarted", "rubbish"), Cancellation),
            () => agent.RequestAsync(id, new InstanceRequest.Raise("Approved", """{"agent":"pc-3","workerId":"w"}"""), Cancellation),
            () => agent.RequestAsync(id, new InstanceRequest.Terminate(null), Cancellation),
            () => agent.GetAsync(foreign, payloads: true, Cancellation),
        })
        {
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(forbidden)).StatusCode);
        }

        Assert.Equal("RunAgent:backend@pc-3", ((ActivityWorkItem)items.Current).Name.Name);
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Count(entry => entry!["who"]!.GetValue<string>() == "pc-3") == 5);
    }

    [Fact]
    public async Task After_a_restart_an_agent_still_learns_that_its_attempt_has_ended_and_nobody_else_does()
    {
        var (id, own, other, operatorToken) = (string.Empty, string.Empty, string.Empty, string.Empty);
        await using (var before = await TestCoordinator.StartAsync(_folder.Path))
        {
            operatorToken = before.OperatorToken;
            own = await before.AddAgentAsync("pc-3", "backend");
            other = await before.AddAgentAsync("pc-4", "backend");
            (id, _, _) = await before.GiveAttemptAsync(own, "RunAgent:backend", owner: "pc-3");
            await before.Hub.RequestAsync(id, new InstanceRequest.Terminate(null), Cancellation);
            await before.Hub.WaitAsync(id, Until.Completed, payloads: false, Cancellation).WaitAsync(TestCoordinator.Patience, Cancellation);
        }

        await using var after = await TestCoordinator.StartAsync(_folder.Path, operatorToken);
        var ended = await after.Connect(own).WaitAsync(id, Until.Completed, payloads: true, Cancellation).WaitAsync(TestCoordinator.Patience, Cancellation);
        using var told = await after.Client(own).PostAsJsonAsync($"/api/attempts/{id}/push-credential", new { agent = "pc-3", branch = "claude/wip/12-1-a1" }, Cancellation);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, ended!.Status);
        // Its owner may still save its work for a while; this coordinator has no GitHub to do it with.
        Assert.Equal((HttpStatusCode.NotFound, "noGitHub"), (told.StatusCode, (await TestCoordinator.ReadAsync(told))["code"]!.GetValue<string>()));
        using var foreign = await after.Client(other).PostAsJsonAsync($"/api/attempts/{id}/push-credential", new { agent = "pc-4", branch = "claude/wip/12-1-a1" }, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        var refused = await Assert.ThrowsAsync<RpcException>(() => after.Connect(other).GetAsync(id, payloads: true, Cancellation));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task A_revoked_token_loses_its_streams_at_once_and_is_worth_nothing_any_more()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        var (id, _, _) = await coordinator.GiveAttemptAsync(token, "RunAgent:backend");
        var waiting = coordinator.Connect(token).WaitAsync(id, Until.Completed, payloads: false, Cancellation);
        await TestCoordinator.UntilAsync(() => ConnectedAsync(coordinator, "pc-3", true));

        using var answer = await coordinator.Operator.DeleteAsync(new Uri("/api/agents/pc-3", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => waiting.WaitAsync(TestCoordinator.Patience))).StatusCode);
        await TestCoordinator.UntilAsync(() => ConnectedAsync(coordinator, "pc-3", false));
        using var report = await coordinator.Client(token).PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, report.StatusCode);
    }

    [Fact]
    public async Task A_revoked_agent_that_comes_back_again_and_again_shuts_nobody_out()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        using var revoked = await coordinator.Operator.DeleteAsync(new Uri("/api/agents/pc-3", UriKind.Relative), Cancellation);

        for (var i = 0; i <= FailedCredentials.Allowed; i++)
        {
            using var refused = await coordinator.Client(token).PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            var call = await Assert.ThrowsAsync<RpcException>(() => coordinator.Connect(token).GetAsync("flow", payloads: false, Cancellation));
            Assert.Equal(StatusCode.Unauthenticated, call.StatusCode);
        }

        using var right = await coordinator.Operator.GetAsync(new Uri("/api/agents", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Too_many_wrong_credentials_shut_an_address_out_but_not_the_agents_there()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path);
        var agent = coordinator.Client(await coordinator.AddAgentAsync("pc-3", "backend"));
        for (var i = 0; i < FailedCredentials.Allowed; i++)
        {
            using var wrong = await coordinator.Client($"wrong-{i}").GetAsync(new Uri("/api/agents", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var shut = await coordinator.Client("wrong").GetAsync(new Uri("/api/agents", UriKind.Relative), Cancellation);
        using var right = await coordinator.Operator.GetAsync(new Uri("/api/agents", UriKind.Relative), Cancellation);
        using var report = await agent.PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        using var health = await coordinator.Client(null).GetAsync(new Uri("/health", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode)429, shut.StatusCode);
        Assert.NotNull(shut.Headers.RetryAfter);
        Assert.Equal((HttpStatusCode)429, right.StatusCode);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (report.StatusCode, health.StatusCode));
    }

    [Fact]
    public async Task Tokens_outlive_the_process_and_stand_nowhere_in_its_files()
    {
        string operatorToken, agentToken;
        await using (var before = await TestCoordinator.StartAsync(_folder.Path))
        {
            (operatorToken, agentToken) = (before.OperatorToken, await before.AddAgentAsync("pc-3", "backend"));
            using var report = await before.Client(agentToken).PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        }

        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path, operatorToken);

        Assert.Null(coordinator.App.FreshOperatorToken);
        using var again = await coordinator.Client(agentToken).PutAsJsonAsync("/api/agents/pc-3", TestCoordinator.Report("pc-3", "backend"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Contains("pc-3", await coordinator.Operator.GetStringAsync(new Uri("/api/agents", UriKind.Relative), Cancellation), StringComparison.Ordinal);
        Assert.Matches("^cca_[0-9a-f]{64}$", agentToken);
        Assert.Matches("^cco_[0-9a-f]{64}$", operatorToken);
        foreach (var file in Directory.GetFiles(_folder.Path).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync(Cancellation);
            Assert.DoesNotContain(agentToken[4..], text, StringComparison.Ordinal);
            Assert.DoesNotContain(operatorToken[4..], text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_operator_s_own_token_is_taken_and_the_one_before_is_not()
    {
        string before;
        await using (var first = await TestCoordinator.StartAsync(_folder.Path))
            before = first.OperatorToken;
        const string own = "my-own-long-operator-token";

        await using var coordinator = await TestCoordinator.StartAsync(_folder.Path, own, options => options with { OperatorToken = own });

        using var taken = await coordinator.Operator.GetAsync(new Uri("/api/agents", UriKind.Relative), Cancellation);
        using var old = await coordinator.Client(before).GetAsync(new Uri("/api/agents", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (taken.StatusCode, old.StatusCode));
    }

    private static async Task<bool> ConnectedAsync(TestCoordinator coordinator, string id, bool isConnected)
    {
        var list = await coordinator.Operator.GetFromJsonAsync<AgentList>("/api/agents", Cancellation);
        return list!.Agents.Single(agent => agent.Id.Value == id).Connected == isConnected;
    }
}
