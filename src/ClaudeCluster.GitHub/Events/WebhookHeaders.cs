namespace ClaudeCluster.GitHub;

/// <summary>What GitHub says of a webhook's body beside it.</summary>
public static class WebhookHeaders
{
    /// <summary>The event's name, which the body itself does not say.</summary>
    public const string EventName = "X-GitHub-Event";

    /// <summary>The delivery's id, the same when it is sent again.</summary>
    public const string Delivery = "X-GitHub-Delivery";
}
