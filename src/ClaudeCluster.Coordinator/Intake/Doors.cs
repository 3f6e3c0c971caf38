using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.GitHub;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClaudeCluster.Coordinator;

/// <summary>What became of what a door was given.</summary>
/// <param name="Event">The instance that receives it; null: it is of no use here.</param>
/// <param name="IsNew">False if it was received before, by this door or another.</param>
/// <param name="Reason">Why it is of no use.</param>
internal sealed record Arrival(string? Event, bool IsNew, string? Reason);

/// <summary>What the doors do with a body of GitHub's: read it, and hand it to the hub. It is durable when that returns.</summary>
internal sealed class Doors(DurableTaskClient client, EventNotes notes)
{
    /// <summary>GitHub sends what belongs together within seconds.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(10);

    /// <param name="beforeHandIn">Asked where the event is of use, before it becomes durable.</param>
    public async Task<Arrival> ReceiveAsync(ReadOnlyMemory<byte> body, string eventName, Func<Task>? beforeHandIn, CancellationToken cancellation)
    {
        if (RepositoryEventReader.Read(body, "body", eventName) is not { } received)
            return Ignore(eventName, sender: null, $"'{eventName}' events mean nothing to a flow.");
        if (EventRules.WhyOfNoUse(received) is { } why)
            return Ignore(EventWords.Of(received), received.Sender.Login, why);
        if (beforeHandIn is not null)
            await beforeHandIn();
        var (id, isNew) = await HandInAsync(new EventDelivery(received), cancellation);
        notes.HandedIn(received, id, isNew);
        return new Arrival(id, isNew, null);
    }

    /// <summary>It ends here.</summary>
    public Arrival Ignore(string what, string? sender, string why)
    {
        notes.Ignored(what, sender, why);
        return new Arrival(null, IsNew: false, why);
    }

    /// <summary>What is read already. It is durable when this returns, and once.</summary>
    public Task<(string InstanceId, bool IsNew)> HandInAsync(EventDelivery delivery, CancellationToken cancellation) =>
        client.HandInAsync(delivery with { MoreFollow = true, Settles = Settles }, cancellation);

    /// <summary>A body of at most what GitHub sends.</summary>
    /// <exception cref="ApiProblem">It is larger.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext http, CancellationToken cancellation)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = EventReader.MaxSize;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellation);
        return body.ToArray();
    }

    /// <exception cref="ApiProblem">The header is missing.</exception>
    public static string EventNameOf(HttpContext http) => http.Request.Headers[WebhookHeaders.EventName].ToString() is { Length: > 0 and <= 100 } name
        ? name
        : throw ApiProblem.BadRequest(WebhookHeaders.EventName, "The header is missing.", "Send the event's name, as GitHub does.");
}
