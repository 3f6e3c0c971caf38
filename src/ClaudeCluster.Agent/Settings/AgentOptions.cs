namespace ClaudeCluster.Agent;

/// <summary>What an agent is and where it works.</summary>
public sealed record AgentOptions
{
    public required AgentId AgentId { get; init; }

    /// <summary>This process, as its worker is known to the hub: it dies with it, so a restarted agent is another worker.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Where people can watch it, such as an Actions run.</summary>
    public string? RunUrl { get; init; }

    /// <summary>What it takes tasks of.</summary>
    public required IReadOnlyList<Specialty> Specialties { get; init; }

    /// <summary>Mirrors, work trees, scratch folders and sessions stand below it; nothing else may.</summary>
    public required string Root { get; init; }

    /// <summary>What its own git, tests and scripts may see of the host's environment; at least PATH. Never a secret.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Author and committer of its commits.</summary>
    /// <value>Default: ClaudeCluster.</value>
    public string GitName { get; init; } = "ClaudeCluster";

    /// <value>Default: an address that belongs to nobody.</value>
    public string GitEmail { get; init; } = "agent@claude-cluster.invalid";

    /// <summary>What holds in what the model wrote: its commands, and the tests.</summary>
    /// <value>Default: no sandbox, as the demo's own script and sample need none.</value>
    public SandboxOptions? Sandbox { get; init; }

    /// <summary>Submodules of the repository's own server are fetched; otherwise their folders stay empty.</summary>
    /// <value>Default: false.</value>
    public bool Submodules { get; init; }

    /// <summary>Of a repository's files only those are fetched that an attempt begins with. What older commits had cannot be looked at here.</summary>
    /// <value>Default: false.</value>
    public bool PartialMirrors { get; init; }

    /// <summary>The most that an attempt gets here, whatever its policy allows.</summary>
    public AttemptCaps Caps { get; init; } = new();

    /// <summary>What one attempt may take of this PC.</summary>
    public ResourceLimits Resources { get; init; } = new();

    /// <summary>What must never be logged, stored, sent or pushed, word for word: the credentials of this process.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Asked just before each contact with the repository; null: git needs none.</summary>
    public PushCredentialSource? Credentials { get; init; }
}

/// <summary>The PC's own limits of an attempt. Null: what the policy allows.</summary>
public sealed record AttemptCaps(TimeSpan? WallTime = null, TimeSpan? Silence = null, int? Turns = null)
{
    public AttemptLimits Apply(AttemptLimits limits) => limits with
    {
        WallTime = WallTime is { } wall && wall < limits.WallTime ? wall : limits.WallTime,
        Silence = Silence is { } silence && silence < limits.Silence ? silence : limits.Silence,
        Turns = Turns is { } turns && turns < limits.Turns ? turns : limits.Turns,
    };
}

/// <summary>A credential for one attempt's fetch or push; null if none is to be had and git shall try without.</summary>
/// <exception cref="HostNotReadyException">The attempt has ended, or the coordinator gives none.</exception>
public delegate Task<PushCredential?> PushCredentialSource(AgentTask task, CancellationToken cancellationToken);

/// <summary>The bubblewrap sandbox around an attempt's processes.</summary>
public sealed record SandboxOptions
{
    /// <summary>Whether the tests may use the network.</summary>
    /// <value>Default: what the repository's policy says, which is no unless it says yes.</value>
    public TestNetwork TestNetwork { get; init; }

    /// <summary>Not to be seen from inside, beside the agent's root and the user's home.</summary>
    public IReadOnlyList<string> HiddenFolders { get; init; } = [];

    /// <summary>Not to be read from inside, wherever they lie, also in a readable folder.</summary>
    public IReadOnlyList<string> HiddenFiles { get; init; } = [];

    /// <summary>Inside the hidden ones, and nevertheless readable, such as a tool chain in the user's home.</summary>
    public IReadOnlyList<string> ReadableFolders { get; init; } = [];

    /// <summary>With the task's wish for a network, where that is left to its policy.</summary>
    public SandboxOptions For(AgentTask task) =>
        TestNetwork == TestNetwork.Policy ? this with { TestNetwork = task.TestsHaveNetwork ? TestNetwork.On : TestNetwork.Off } : this;
}

/// <summary>Who says whether tests may use the network.</summary>
public enum TestNetwork
{
    /// <summary>The repository.</summary>
    Policy,

    On,

    Off,
}

/// <summary>Limits of one attempt, all its processes together. Null: none.</summary>
public sealed record ResourceLimits
{
    /// <summary>Of all processes at once; an attempt that takes more ends with <see cref="AttemptOutcome.Failed"/>.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>At once.</summary>
    /// <value>Default: 1,000.</value>
    public int? Processes { get; init; } = 1000;

    /// <summary>Processors, such as 1.5: exactly in a control group, where the user's systemd makes one, else the next whole number of them.</summary>
    public double? Processors { get; init; }

    /// <summary>Whether this host holds parts of a processor, or only whole ones.</summary>
    /// <param name="environment">Of the attempts; at least PATH.</param>
    public static Task<bool> HoldsExactlyAsync(IReadOnlyDictionary<string, string> environment, TimeProvider time) => ControlGroup.IsUsableAsync(environment, time);

    /// <summary>Of all mirrors and attempts together; the oldest that nobody works on go first.</summary>
    public long? DiskBytes { get; init; }

    /// <summary>No attempt begins on a disk with less room.</summary>
    /// <value>Default: 512 MB.</value>
    public long FreeDiskBytes { get; init; } = 512L * 1024 * 1024;
}
