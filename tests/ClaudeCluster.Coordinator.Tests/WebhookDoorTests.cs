using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ClaudeCluster.GitHub;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>What the webhook's door holds, keeps and answers, and on which port.</summary>
public sealed class WebhookDoorTests : IDisposable
{
    private const string Secret = "the webhook's own secret";
    private readonly TestFolder _folder = new();
    private readonly RecordingGitHub _gitHub = new() { Roles = { ["grace"] = Role.Write } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_port_of_its_own_answers_the_webhook_and_nothing_else()
    {
        await using var coordinator = await StartAsync(options => options with { WebhookListen = new IPEndPoint(IPAddress.Loopback, 0) });
        var port = coordinator.App.WebhookAddress!;
        using var client = coordinator.Client(coordinator.OperatorToken);
        var answers = new List<HttpStatusCode>();

        foreach (var path in (string[])["/health", "/api/flows", "/webhook/github", "/api/events", "/TaskHubSidecarService/Hello"])
        {
            using var refused = await client.GetAsync(new Uri(port, path), Cancellation);
            answers.Add(refused.StatusCode);
        }

        using var delivered = await client.SendAsync(Delivery(new Uri(port, "/webhook/github"), Labelled(7)), Cancellation);
        using var other = await client.GetAsync(new Uri(coordinator.App.Address, "/api/flows"), Cancellation);

        Assert.NotEqual(coordinator.App.Address, port);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.NotFound, status));
        Assert.Equal(HttpStatusCode.Accepted, delivered.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task An_id_that_comes_again_with_another_body_is_refused_and_audited_and_with_its_own_it_is_not()
    {
        await using var coordinator = await StartAsync();
        var id = Guid.NewGuid();

        var first = await DeliverAsync(coordinator, Labelled(7), id);
        var again = await DeliverAsync(coordinator, Labelled(7), id);
        var replayed = await DeliverAsync(coordinator, Labelled(8), id);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (first, again, replayed));
        Assert.Null(await coordinator.Hub.GetAsync("issue-42-8-1", payloads: false, Cancellation));
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!["why"]!.GetValue<string>().Contains(id.ToString(), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("7")]
    public async Task A_delivery_without_an_id_is_refused(string? id)
    {
        await using var coordinator = await StartAsync();
        using var request = Delivery(new Uri(coordinator.App.Address, "/webhook/github"), Labelled(7));
        request.Headers.Remove("X-GitHub-Delivery");
        if (id is not null)
            request.Headers.Add("X-GitHub-Delivery", id);

        using var refused = await coordinator.Client(token: null).SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Delivery_ids_are_known_for_a_month_at_least_and_forgotten_after_two()
    {
        await using var coordinator = await StartAsync();
        var records = new ClaudeCluster.DurableTask.Storage.Sqlite.SqliteHubStore(Path.Combine(_folder.Path, "other.db"));
        await records.OpenAsync(Cancellation);
        var clock = new ManualTime(new DateTimeOffset(2026, 1, 31, 23, 0, 0, TimeSpan.Zero));
        var ids = new DeliveryIds(records.Records, clock);
        var (id, body) = (Guid.NewGuid(), Labelled(7));

        Assert.True(await ids.KeepAsync(id, body, Cancellation));
        clock.Now = clock.Now.AddDays(28);
        Assert.False(await ids.KeepAsync(id, Labelled(8), Cancellation));
        Assert.True(await ids.KeepAsync(id, body, Cancellation));
        clock.Now = clock.Now.AddDays(40);
        Assert.True(await ids.KeepAsync(Guid.NewGuid(), body, Cancellation));
        await records.DisposeAsync();
    }

    [Fact]
    public async Task Who_finds_no_room_waits_and_has_it_when_others_leave()
    {
        var room = new WebhookRoom(new WebhookRoomOptions { MostBodies = 2, MostBytes = 100 }, TimeProvider.System);
        var first = (await room.EnterAsync(60, Cancellation))!;
        var large = room.EnterAsync(60, Cancellation);
        var small = room.EnterAsync(10, Cancellation);

        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        first.Dispose();
        first.Dispose();
        using var second = (await large)!;
        using var third = (await small)!;
        Assert.False(room.EnterAsync(1, Cancellation).IsCompleted);
    }

    [Fact]
    public async Task Who_waits_in_vain_is_sent_away_and_so_are_those_for_whom_there_is_no_room_to_wait()
    {
        var room = new WebhookRoom(new WebhookRoomOptions { MostBodies = 1, MostWaiting = 1, Patience = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        using var first = await room.EnterAsync(1, Cancellation);
        var waiting = room.EnterAsync(1, Cancellation);

        Assert.Null(await room.EnterAsync(1, Cancellation));
        Assert.Null(await waiting);
        first!.Dispose();
        using var next = await room.EnterAsync(1, Cancellation);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_full_door_answers_503_with_the_time_to_come_back_and_a_body_that_does_not_come_is_a_stranger_s()
    {
        await using var coordinator = await StartAsync(options => options with { WebhookRoom = new WebhookRoomOptions { MostBodies = 1, MostWaiting = 1, Patience = TimeSpan.FromSeconds(2) } });
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, coordinator.App.Address.Port, Cancellation);
        await slow.GetStream().WriteAsync("POST /webhook/github HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\nIt begins"u8.ToArray(), Cancellation);

        // Until the slow one has taken the room, others find it.
        var statuses = new List<HttpStatusCode>();
        await TestCoordinator.UntilAsync(async () =>
        {
            statuses.AddRange(await Task.WhenAll(Enumerable.Range(1, 4).Select(number => DeliverAsync(coordinator, Labelled(number), Guid.NewGuid()))));
            return statuses.Contains(HttpStatusCode.ServiceUnavailable);
        });
        using var answer = new StreamReader(slow.GetStream());

        Assert.Contains(HttpStatusCode.ServiceUnavailable, statuses);
        Assert.Equal("HTTP/1.1 401 Unauthorized", await answer.ReadLineAsync(Cancellation));
        Assert.Equal(HttpStatusCode.Accepted, await DeliverAsync(coordinator, Labelled(9), Guid.NewGuid()));
    }

    private Task<TestCoordinator> StartAsync(Func<CoordinatorOptions, CoordinatorOptions>? change = null) => TestCoordinator.StartAsync(_folder.Path, change: options =>
    {
        options = options with { GitHub = _gitHub, WebhookSecret = Secret };
        return change?.Invoke(options) ?? options;
    });

    private static async Task<HttpStatusCode> DeliverAsync(TestCoordinator coordinator, byte[] body, Guid id)
    {
        using var request = Delivery(new Uri(coordinator.App.Address, "/webhook/github"), body);
        request.Headers.Remove("X-GitHub-Delivery");
        request.Headers.Add("X-GitHub-Delivery", id.ToString());
        using var answer = await coordinator.Client(token: null).SendAsync(request, Cancellation);
        Assert.True(answer.StatusCode != HttpStatusCode.ServiceUnavailable || answer.Headers.RetryAfter is { Delta.TotalSeconds: > 0 });
        return answer.StatusCode;
    }

    private static HttpRequestMessage Delivery(Uri url, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", "issues");
        request.Headers.Add("X-GitHub-Delivery", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("X-Hub-Signature-256", WebhookSignature.Of(body, Secret));
        return request;
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

    private sealed class ManualTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
