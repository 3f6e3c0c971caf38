using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.DurableTask.WorkItems;
using ClaudeCluster.GitHub;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>The doors for GitHub's events, and what comes in by them.</summary>
public sealed class DoorTests : IDisposable
{
    private const string Secret = "the webhook's own secret";
    private const string Trigger = "the token of the job on the coordinator's PC";
    private readonly TestFolder _folder = new();
    private readonly RecordingGitHub _gitHub = new() { Roles = { ["grace"] = Role.Write } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_labelled_issue_is_one_flow_by_whichever_door_and_however_often_it_comes()
    {
        await using var coordinator = await StartAsync();
        var body = Labelled(7);

        var first = await AcceptedAsync(await DeliverAsync(coordinator, body));
        var again = await AcceptedAsync(await DeliverAsync(coordinator, body));
        var byJob = await AcceptedAsync(await HandInAsync(coordinator, body, Trigger));
        await FlowAsync(coordinator, "issue-42-7-1");

        Assert.True(first["isNew"]!.GetValue<bool>());
        Assert.False(again["isNew"]!.GetValue<bool>());
        Assert.False(byJob["isNew"]!.GetValue<bool>());
        Assert.Equal(first["event"]!.GetValue<string>(), byJob["event"]!.GetValue<string>());
        Assert.Single((await GetAsync(coordinator, "/api/flows"))["flows"]!.AsArray());
    }

    [Fact]
    public async Task Three_hundred_deliveries_at_once_are_all_durable_when_they_are_answered_and_each_is_one_flow()
    {
        const int issues = 100;
        await using var coordinator = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * issues).Select(async n => await AcceptedAsync(await DeliverAsync(coordinator, Labelled(1 + (n % issues))))));

        Assert.Equal(issues, answers.Count(answer => answer["isNew"]!.GetValue<bool>()));
        foreach (var number in Enumerable.Range(1, issues))
            await FlowAsync(coordinator, $"issue-42-{number}-1");
        Assert.Equal(issues, (await GetAsync(coordinator, "/api/flows"))["flows"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sha256=")]
    [InlineData("sha256=00000000000000000000000000000000000000000000000000000000000000zz")]
    [InlineData("sha1=0000000000000000000000000000000000000000")]
    [InlineData("of another secret")]
    [InlineData("of another body")]
    public async Task What_is_not_signed_with_the_secret_starts_nothing_and_is_counted(string? signature)
    {
        await using var coordinator = await StartAsync();
        var body = Labelled(7);
        var header = signature switch
        {
            "of another secret" => WebhookSignature.Of(body, "guessed"),
            "of another body" => WebhookSignature.Of(Labelled(8), Secret),
            _ => signature,
        };

        using var refused = await DeliverAsync(coordinator, body, header);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Null(await coordinator.Hub.GetAsync("issue-42-7-1", payloads: false, Cancellation));
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!["what"]!.GetValue<string>() == "POST /webhook/github"));
    }

    [Fact]
    public void A_signature_is_the_one_of_GitHub_s_own_example() => Assert.Equal(
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        WebhookSignature.Of("Hello, World!"u8, "It's a Secret to Everybody"));

    [Theory]
    [InlineData("ping", "{}", "pong")]
    [InlineData("star", "{}", "mean nothing")]
    public async Task What_no_flow_needs_is_taken_with_the_reason(string name, string body, string reason)
    {
        await using var coordinator = await StartAsync();

        var answer = await AcceptedAsync(await DeliverAsync(coordinator, Encoding.UTF8.GetBytes(body), name: name));

        Assert.Null(answer["event"]);
        Assert.Contains(reason, answer["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "It is empty")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "a list")]
    [InlineData("""{"action":"labeled"}""", "missing")]
    public async Task A_body_that_is_no_event_is_refused_with_place_and_reason(string body, string reason)
    {
        await using var coordinator = await StartAsync();

        using var refused = await DeliverAsync(coordinator, Encoding.UTF8.GetBytes(body));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, (await TestCoordinator.ReadAsync(refused))["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_GitHub_ever_sends_is_not_read()
    {
        await using var coordinator = await StartAsync();

        var request = Request("/webhook/github", new byte[EventReader.MaxSize + 1], "issues");
        request.Headers.ExpectContinue = true;
        using var refused = await coordinator.Client(token: null).SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task The_job_s_token_hands_in_events_and_does_nothing_else()
    {
        await using var coordinator = await StartAsync();

        using var stranger = await HandInAsync(coordinator, Labelled(7), "guessed");
        using var agent = await HandInAsync(coordinator, Labelled(7), await coordinator.AddAgentAsync("pc-3", "backend"));
        using var flows = await coordinator.Client(Trigger).GetAsync(new Uri("/api/flows", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (stranger.StatusCode, agent.StatusCode, flows.StatusCode));
        Assert.Null(await coordinator.Hub.GetAsync("issue-42-7-1", payloads: false, Cancellation));
    }

    [Fact]
    public async Task Flows_and_tasks_are_shown_as_they_stand()
    {
        await using var coordinator = await StartAsync();
        await AcceptedAsync(await DeliverAsync(coordinator, Labelled(7)));
        await FlowAsync(coordinator, "issue-42-7-1");
        await TestCoordinator.UntilAsync(async () => (await GetAsync(coordinator, "/api/tasks"))["tasks"] is JsonArray { Count: 1 });

        var task = (await GetAsync(coordinator, "/api/tasks"))["tasks"]![0]!;
        var flow = await GetAsync(coordinator, "/api/flows/issue-42-7-1");
        using var unknown = await coordinator.Operator.GetAsync(new Uri("/api/flows/issue-42-8-1", UriKind.Relative), Cancellation);

        Assert.Equal(("issue-42-7-1", 7, "backend"), (task["flow"]!.GetValue<string>(), task["issue"]!.GetValue<int>(), task["specialty"]!.GetValue<string>()));
        Assert.Equal("grace", flow["requester"]!["login"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task The_agent_that_was_given_an_attempt_gets_a_credential_for_its_branch_and_no_other()
    {
        await using var coordinator = await TestCoordinator.StartAsync(
            _folder.Path, change: options => options with { GitHub = _gitHub, WebhookSecret = Secret, PushCredentials = new OneRepository() });
        var token = await coordinator.AddAgentAsync("pc-3", "backend");
        await AcceptedAsync(await DeliverAsync(coordinator, Labelled(7)));
        await using var items = coordinator.Connect(token).ReceiveAsync(new WorkerOffer("w", 0, 1, null, null), Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TestCoordinator.Patience, Cancellation));

        var (given, credential) = await AskAsync("claude/wip/7-1-a1", repository: 42);
        var (otherBranch, _) = await AskAsync("claude/wip/8-1-a1", repository: 42);
        var (otherRepository, _) = await AskAsync("claude/wip/7-1-a1", repository: 43);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (given, otherBranch, otherRepository));
        Assert.Equal("push to acme/sums", credential["secret"]!.GetValue<string>());

        async Task<(HttpStatusCode, JsonObject)> AskAsync(string branch, long repository)
        {
            using var answer = await coordinator.Client(token).PostAsJsonAsync($"/api/attempts/{items.Current.InstanceId}/push-credential", new PushCredentialRequest(new AgentId("pc-3"), repository, branch), Cancellation);
            return (answer.StatusCode, await TestCoordinator.ReadAsync(answer));
        }
    }

    [Fact]
    public async Task An_event_that_was_answered_is_not_lost_with_the_process()
    {
        string operatorToken;
        await using (var before = await StartAsync())
        {
            operatorToken = before.OperatorToken;
            await AcceptedAsync(await DeliverAsync(before, Labelled(7)));
        }

        await using var after = await StartAsync(operatorToken);
        await FlowAsync(after, "issue-42-7-1");
    }

    private Task<TestCoordinator> StartAsync(string? operatorToken = null) => TestCoordinator.StartAsync(
        _folder.Path, operatorToken, options => options with { GitHub = _gitHub, WebhookSecret = Secret, TriggerToken = Trigger });

    private static Task FlowAsync(TestCoordinator coordinator, string id) =>
        TestCoordinator.UntilAsync(async () => await coordinator.Hub.GetAsync(id, payloads: false, Cancellation) is not null);

    private static Task<HttpResponseMessage> DeliverAsync(TestCoordinator coordinator, byte[] body, string? signature = "right", string name = "issues")
    {
        var request = Request("/webhook/github", body, name);
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("X-Hub-Signature-256", signature == "right" ? WebhookSignature.Of(body, Secret) : signature);
        return coordinator.Client(token: null).SendAsync(request, Cancellation);
    }

    private static Task<HttpResponseMessage> HandInAsync(TestCoordinator coordinator, byte[] body, string token) =>
        coordinator.Client(token).SendAsync(Request("/api/events", body, "issues"), Cancellation);

    private static HttpRequestMessage Request(string path, byte[] body, string name)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", name);
        request.Headers.Add("X-GitHub-Delivery", Guid.NewGuid().ToString());
        return request;
    }

    private static async Task<JsonObject> AcceptedAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return await TestCoordinator.ReadAsync(answer);
        }
    }

    private static async Task<JsonObject> GetAsync(TestCoordinator coordinator, string path)
    {
        using var answer = await coordinator.Operator.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await TestCoordinator.ReadAsync(answer);
    }

    private static byte[] Labelled(int number) => Encoding.UTF8.GetBytes($$"""
        {
          "action": "labeled", "label": { "name": "claude" },
          "issue": {
            "id": {{number + 1000}}, "number": {{number}}, "title": "The API answers 500", "body": "GET /users fails.", "state": "open",
            "labels": [{ "name": "claude" }], "user": { "login": "ada", "id": 2, "type": "User" }, "updated_at": "2026-11-24T12:00:00Z"
          },
          "repository": { "id": 42, "full_name": "acme/sums", "default_branch": "main", "private": true },
          "sender": { "login": "grace", "id": 3, "type": "User" }
        }
        """);

    private sealed class OneRepository : IPushCredentials
    {
        public Task<PushCredential?> MintAsync(RepositoryRef repository, CancellationToken cancellationToken) =>
            Task.FromResult<PushCredential?>(new PushCredential("x-access-token", $"push to {repository.FullName}", TimeProvider.System.GetUtcNow().AddHours(1)));
    }
}
