namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>How a hub is served.</summary>
public sealed record TaskHubServerOptions
{
    /// <summary>The largest message that is taken. The .NET SDK sends up to 4 MB at a time, others have no limit of their own.</summary>
    /// <value>Default: 64 MiB.</value>
    public int MaximumMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// How often to say on a silent stream of work that it lives. The .NET SDK takes a stream for dead after two minutes of silence.
    /// </summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be silent before it is asked, by an HTTP/2 ping, whether it lives. At least one second.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan ConnectionPingAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection that does not answer such a ping for so long is dead, and its worker has gone.</summary>
    /// <value>Default: 20 seconds.</value>
    public TimeSpan ConnectionPingLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many items of each kind a worker gets at a time that names no number.</summary>
    /// <value>Default: 100.</value>
    public int DefaultRoom { get; init; } = 100;

    /// <summary>From this size on, history is streamed to workers that can read it so, instead of being sent with the step.</summary>
    /// <value>Default: 1 MiB.</value>
    public int StreamHistoryFrom { get; init; } = 1024 * 1024;

    /// <summary>
    /// What the credential of a call (the token of <c>authorization: Bearer</c>, null without one) may do; null if it may do nothing.
    /// </summary>
    /// <value>Default: everybody may do everything, which is for loopback only.</value>
    public Func<string?, HubGrant?> Access { get; init; } = static _ => HubGrant.Everything;

    /// <summary>Told of each call that was refused for want of a right: who, what and why.</summary>
    /// <value>Default: nobody is told.</value>
    public Action<HubRefusal>? OnRefused { get; init; }
}
