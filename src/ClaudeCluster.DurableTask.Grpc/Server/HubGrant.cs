using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>What a credential may do.</summary>
public sealed record HubGrant
{
    /// <summary>Stands between a holder and its worker in the hub's name of a worker, and in no holder's own name.</summary>
    internal const char Separator = '/';

    public static HubGrant Everything { get; } = new();

    /// <summary>
    /// The only activities that it may work on. It then gets no steps of orchestrations and may not ask anything of instances. Null: no limit.
    /// </summary>
    public IReadOnlySet<string>? OnlyActivities { get; init; }

    /// <summary>
    /// Whose credential it is, if what it is given shall be bound to it: then nobody else with such a credential can complete, give back or
    /// hold that, and the holder may ask for, and wait for, the instances whose activities it was given. Null: it is nobody's.
    /// </summary>
    public string? Holder
    {
        get;
        init => field = value?.Contains(Separator, StringComparison.Ordinal) == true
            ? throw new ArgumentException($"'{value}' is no name of a holder: it has a '{Separator}'.", nameof(value))
            : value;
    }

    /// <summary>
    /// Which instances, by their state, are the holder's although nothing shows any more that it was given work of them: this process was
    /// started since, and the work has ended.
    /// </summary>
    /// <value>Default: none.</value>
    public Func<InstanceState, bool> IsHolders { get; init; } = static _ => false;

    /// <summary>Which events, by name and payload, the holder may raise on the instances that it may ask for.</summary>
    /// <value>Default: none.</value>
    public Func<string, string?, bool> MayRaise { get; init; } = static (_, _) => false;

    /// <summary>Cancelled when the credential has been taken away: what it has running here ends.</summary>
    public CancellationToken Revoked { get; init; }

    /// <summary>A worker as the hub knows it: nobody else can take its name.</summary>
    internal string NameOf(string worker) => OnlyActivities is null && Holder is null
        ? worker
        : $"{Holder}{Separator}{worker}";

    /// <summary>True if work of that worker is bound to this credential.</summary>
    internal bool Owns(string workerId) => Holder is null || workerId.StartsWith($"{Holder}{Separator}", StringComparison.Ordinal);
}

/// <summary>A call that was refused.</summary>
/// <param name="Holder">Whose credential it came with; null if nobody's, or none.</param>
/// <param name="Call">Which call, and of which instance.</param>
/// <param name="Reason">What the caller was told.</param>
/// <param name="IsUnknown">True if the credential is missing or not known, false if it does not go so far.</param>
/// <param name="Address">Where it came from.</param>
public sealed record HubRefusal(string? Holder, string Call, string Reason, bool IsUnknown, System.Net.IPAddress? Address);
