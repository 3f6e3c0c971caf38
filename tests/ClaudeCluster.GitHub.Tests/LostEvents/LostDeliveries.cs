using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Webhooks;

namespace ClaudeCluster.GitHub.Tests.LostEvents;

/// <summary>What would have been sent, had anybody taken it.</summary>
internal static class LostDeliveries
{
    public static void LoseDeliveries(this GitHubKit kit)
    {
        kit.Fake.Webhooks.Target = new Uri("http://127.0.0.1:9/");
        kit.Fake.Webhooks.Plan([.. Enumerable.Repeat(DeliveryFate.Lost, 20)]);
    }

    /// <summary>The last one.</summary>
    public static RepositoryEvent Told(this GitHubKit kit)
    {
        var last = kit.Fake.Webhooks.Deliveries[^1];
        var payload = JsonNode.Parse(last.Body)!.AsObject();
        payload["installation"] = new JsonObject { ["id"] = 77 };
        return RepositoryEventReader.Read(Encoding.UTF8.GetBytes(payload.ToJsonString()), "webhook", last.Event)!;
    }
}
