namespace ClaudeCluster.DurableTask.Hub;

/// <summary>How a hub keeps its leases.</summary>
public sealed record LocalTaskHubOptions
{
    /// <summary>How long a lease outlives its worker's last sign of life.</summary>
    /// <value>Default: 60 seconds.</value>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>So many workers lost over one step end its execution as poisoned; over one activity, they fail it so.</summary>
    /// <value>Default: 10.</value>
    public int MaximumDeliveries { get; init; } = 10;

    /// <summary>
    /// How many bytes of UTF-8 one input, output, event or custom status may have. Everything that an orchestration has received is read
    /// again at each cold replay, so big things are better stored elsewhere and passed by their address.
    /// </summary>
    /// <value>Default: 1 MiB, what the Durable Task Scheduler takes as well.</value>
    public int MaximumPayloadBytes { get; init; } = 1024 * 1024;

    /// <summary>How often to look for work that no ring announced: a net, not the way.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True if the store has no other owner, so that leases found when it opens belong to the dead.</summary>
    /// <value>Default: true.</value>
    public bool OwnsStore { get; init; } = true;

    /// <summary>
    /// True if workers outlive the hub, because they run in other processes: when it opens, activities stay with those who hold them, for
    /// <see cref="GraceAtStart"/>, and steps, which are short, are given out anew.
    /// </summary>
    /// <value>Default: false.</value>
    public bool WorkersAreElsewhere { get; init; }

    /// <summary>
    /// How long leases found when the hub opens last at least, if the store has other owners or workers are elsewhere: their holders may be alive and only waiting
    /// for this hub to come back.
    /// </summary>
    /// <value>Default: 180 seconds.</value>
    public TimeSpan GraceAtStart { get; init; } = TimeSpan.FromSeconds(180);

    /// <value>Default: ids by time, tokens by chance.</value>
    public IIdSource? Ids { get; init; }
}
