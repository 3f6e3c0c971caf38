using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Webhooks;

/// <summary>What becomes of the next deliveries.</summary>
public enum DeliveryFate
{
    Sent,

    /// <summary>Twice, with the same id, as after a redelivery.</summary>
    Duplicated,

    /// <summary>Never sent; it can be redelivered by hand.</summary>
    Lost,

    /// <summary>Kept until <see cref="WebhookSender.ReleaseAsync"/>, and then in reverse order: late, and not in the order of what happened.</summary>
    Held,
}

/// <param name="Id">The same when it is sent again.</param>
/// <param name="Statuses">Of each try; 0: no answer within 10 seconds.</param>
public sealed record Delivery(string Id, string Event, string Body, List<int> Statuses);

/// <summary>Sends what happens to one address, signed as GitHub signs. It never tries again by itself.</summary>
public sealed class WebhookSender : IAsyncDisposable
{
    /// <summary>Source: GitHub's webhook page; a slower answer is a failed delivery.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = AnswerWithin };
    private readonly Lock _gate = new();
    private readonly List<Delivery> _deliveries = [];
    private readonly List<Delivery> _held = [];
    private readonly Queue<DeliveryFate> _fates = new();
    private readonly List<Task> _soon = [];

    /// <summary>Null: nobody wants to know.</summary>
    public Uri? Target { get; set; }

    public string Secret { get; set; } = "";

    /// <summary>By full name: repositories that have no webhook.</summary>
    public HashSet<string> Without { get; } = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Delivery> Deliveries
    {
        get
        {
            lock (_gate)
                return [.. _deliveries];
        }
    }

    /// <summary>That nobody has taken yet.</summary>
    public IReadOnlyList<Delivery> Undelivered
    {
        get
        {
            lock (_gate)
                return [.. _deliveries.Where(delivery => !delivery.Statuses.Exists(status => status is >= 200 and < 300))];
        }
    }

    /// <summary>For the deliveries to come, one each; after them all are sent.</summary>
    public void Plan(params DeliveryFate[] fates)
    {
        lock (_gate)
        {
            foreach (var fate in fates)
                _fates.Enqueue(fate);
        }
    }

    /// <summary>Without making anybody wait: GitHub answers its API before its webhooks are sent.</summary>
    public void SendSoon(string eventName, JsonObject payload)
    {
        lock (_gate)
            _soon.Add(SendAsync(eventName, payload));
    }

    /// <summary>Tells all that happened to the workflows and to the webhook.</summary>
    internal void Tell(World world)
    {
        lock (world.Gate)
        {
            while (world.Happened.TryDequeue(out var happened))
            {
                world.Actions.Hear(happened.Event, happened.Payload);
                SendSoon(happened.Event, happened.Payload);
            }
        }
    }

    /// <summary>Sends it, or does with it what was planned.</summary>
    public async Task SendAsync(string eventName, JsonObject payload)
    {
        if (Target is null || Without.Contains(payload["repository"]?["full_name"]?.GetValue<string>() ?? ""))
            return;
        var delivery = new Delivery(Guid.NewGuid().ToString(), eventName, payload.ToJsonString(), []);
        DeliveryFate fate;
        lock (_gate)
        {
            _deliveries.Add(delivery);
            fate = _fates.TryDequeue(out var planned) ? planned : DeliveryFate.Sent;
            if (fate == DeliveryFate.Held)
                _held.Add(delivery);
        }

        if (fate is DeliveryFate.Sent or DeliveryFate.Duplicated)
            await RedeliverAsync(delivery);
        if (fate is DeliveryFate.Duplicated)
            await RedeliverAsync(delivery);
    }

    /// <summary>Sends what was held, the last first.</summary>
    public async Task ReleaseAsync()
    {
        Delivery[] held;
        lock (_gate)
        {
            held = [.. Enumerable.Reverse(_held)];
            _held.Clear();
        }

        foreach (var delivery in held)
            await RedeliverAsync(delivery);
    }

    /// <summary>Again, under the same id.</summary>
    public async Task RedeliverAsync(Delivery delivery)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Target);
        var bytes = Encoding.UTF8.GetBytes(delivery.Body);
        message.Content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
        message.Headers.UserAgent.ParseAdd("GitHub-Hookshot/fake");
        message.Headers.Add("X-GitHub-Event", delivery.Event);
        message.Headers.Add("X-GitHub-Delivery", delivery.Id);
        message.Headers.Add("X-GitHub-Hook-ID", "1");
        message.Headers.Add("X-GitHub-Hook-Installation-Target-Type", "repository");
        message.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), bytes))}");
        var status = 0;
        try
        {
            using var response = await _http.SendAsync(message);
            status = (int)response.StatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException)
        {
            // As GitHub does: the delivery has failed, and nobody is told.
        }

        lock (_gate)
            delivery.Statuses.Add(status);
    }

    public async ValueTask DisposeAsync()
    {
        Task[] soon;
        lock (_gate)
            soon = [.. _soon];
        await Task.WhenAll(soon);
        _http.Dispose();
    }

}
