using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.GitHub;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>What the log, and the audit, say of an event: one line, with what became of it.</summary>
public sealed class EventNoteTests : IDisposable
{
    private const string Trigger = "the token of the job on the coordinator's PC";
    private readonly TestFolder _folder = new();
    private readonly LogLines _log = new();
    private readonly RecordingGitHub _gitHub = new() { Roles = { ["grace"] = Role.Write, ["eve"] = Role.Triage } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task An_event_that_starts_a_flow_or_tells_one_has_a_line_that_names_it()
    {
        await using var coordinator = await StartAsync();

        var started = await HandInAsync(coordinator, Issue("labeled", "grace"));
        await SaysAsync($"{started}: issues labeled 'claude' acme/sums#7 by 'grace': started issue-42-7-1: ");
        var told = await HandInAsync(coordinator, Issue("closed", "grace", "closed"));
        await SaysAsync($"{told}: issues closed acme/sums#7 by 'grace': told issue-42-7-1: ");

        Assert.Equal(2, _log.Lines.Count(line => line.Contains("acme/sums#7", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_event_that_changes_nothing_has_a_line_that_says_why()
    {
        await using var coordinator = await StartAsync();

        Assert.Null(await HandInAsync(coordinator, "{}", "star"));
        await HandInAsync(coordinator, Issue("pinned", "grace"));
        var decided = await HandInAsync(coordinator, Issue("labeled", "grace", state: "closed"));

        await SaysAsync("star: ignored: 'star' events mean nothing to a flow.");
        await SaysAsync("issues pinned acme/sums#7 by 'grace': ignored: ");
        await SaysAsync($"{decided}: issues labeled 'claude' acme/sums#7 by 'grace': ignored: the issue is closed");
    }

    [Fact]
    public async Task What_somebody_may_not_ask_for_is_in_the_audit_once_however_often_it_comes()
    {
        await using var coordinator = await StartAsync();
        const string why = "refused: 'eve' has the role triage, and the policy asks for write";

        var refused = await HandInAsync(coordinator, Issue("labeled", "eve"));
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Count > 0);
        Assert.Equal(refused, await HandInAsync(coordinator, Issue("labeled", "eve")));
        await SaysAsync($"{refused}: issues labeled 'claude' acme/sums#7 by 'eve': {why}");

        var entry = Assert.Single(await coordinator.AuditAsync())!;
        Assert.Equal(("eve", $"issues labeled 'claude' acme/sums#7 ({refused})", why), (entry["who"]!.GetValue<string>(), entry["what"]!.GetValue<string>(), entry["why"]!.GetValue<string>()));
        await SaysAsync($"eve: issues labeled 'claude' acme/sums#7 ({refused}): {why}");
    }

    [Fact]
    public async Task What_came_before_the_process_ended_is_noted_by_the_next_one()
    {
        string operatorToken;
        await using (var before = await TestCoordinator.StartAsync(_folder.Path))
        {
            operatorToken = before.OperatorToken;
            await new DurableTask.Client.DurableTaskClient(before.Hub).HandInAsync(new EventDelivery(Read(Issue("labeled", "eve"))), Cancellation);
        }

        await using var after = await StartAsync(operatorToken);
        await TestCoordinator.UntilAsync(async () => (await after.AuditAsync()).Count > 0);

        Assert.Contains("refused: ", Assert.Single(await after.AuditAsync())!["why"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static RepositoryEvent Read(string body) => RepositoryEventReader.Read(Encoding.UTF8.GetBytes(body), "body", "issues")!;

    private Task<TestCoordinator> StartAsync(string? operatorToken = null) =>
        TestCoordinator.StartAsync(_folder.Path, operatorToken, options => options with { GitHub = _gitHub, TriggerToken = Trigger }, _log);

    private Task SaysAsync(string text) => TestCoordinator.UntilAsync(() => Task.FromResult(_log.Lines.Any(line => line.Contains(text, StringComparison.Ordinal))));

    /// <returns>The instance that receives it.</returns>
    private static async Task<string?> HandInAsync(TestCoordinator coordinator, string body, string name = "issues")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/events") { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("X-GitHub-Event", name);
        using var answer = await coordinator.Client(Trigger).SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await TestCoordinator.ReadAsync(answer))["event"]?.GetValue<string>();
    }

    private static string Issue(string action, string sender, string state = "open") => new JsonObject
    {
        ["action"] = action,
        ["label"] = new JsonObject { ["name"] = "claude" },
        ["issue"] = new JsonObject
        {
            ["id"] = 1007,
            ["number"] = 7,
            ["title"] = "The API answers 500",
            ["body"] = "GET /users fails.",
            ["state"] = state,
            ["labels"] = new JsonArray(new JsonObject { ["name"] = "claude" }),
            ["user"] = new JsonObject { ["login"] = "ada", ["id"] = 2, ["type"] = "User" },
            ["updated_at"] = "2026-11-24T12:00:00Z",
        },
        ["repository"] = new JsonObject { ["id"] = 42, ["full_name"] = "acme/sums", ["default_branch"] = "main", ["private"] = true },
        ["sender"] = new JsonObject { ["login"] = sender, ["id"] = 3, ["type"] = "User" },
    }.ToJsonString();
}
