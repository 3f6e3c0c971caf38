namespace ClaudeCluster.Agent;

/// <summary>What agent.yml says, with the defaults filled in. Paths may be relative to the file; secrets are not yet looked up.</summary>
public sealed record AgentSettings
{
    public required AgentId AgentId { get; init; }

    /// <summary>The PC, as people know it; null: the system's own name.</summary>
    public string? Hostname { get; init; }

    /// <summary>Null: this agent has a hub and no coordinator.</summary>
    public Uri? CoordinatorUrl { get; init; }

    /// <summary>A hub other than the coordinator's.</summary>
    public string? Hub { get; init; }

    /// <summary>Credentials may go over http to another machine.</summary>
    public bool InsecureLan { get; init; }

    /// <summary>SHA-256 of the only certificate that is the coordinator's.</summary>
    public string? CertificateFingerprint { get; init; }

    public required IReadOnlyList<Specialty> Specialties { get; init; }

    public required string WorkspaceRoot { get; init; }

    /// <value>Default: 1.</value>
    public int Slots { get; init; } = 1;

    /// <summary>Where repositories are cloned from; <c>{repository}</c> stands for owner/name.</summary>
    public string RepositoryUrl { get; init; } = "https://github.com/{repository}.git";

    /// <summary>Submodules of the repository's own server are fetched.</summary>
    /// <value>Default: true.</value>
    public bool Submodules { get; init; } = true;

    /// <summary>Files of old commits are not fetched.</summary>
    /// <value>Default: false, because a coder has no credential to ask for them when it wants to read history.</value>
    public bool PartialMirrors { get; init; }

    public ClaudeSection Claude { get; init; } = new();

    public LimitsSection Limits { get; init; } = new();

    public SandboxSection Sandbox { get; init; } = new();

    public CredentialsSection Credentials { get; init; } = new();

    public LoggingSection Logging { get; init; } = new();

    public HealthSection Health { get; init; } = new();

    /// <summary>The owner's own words about the PC.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? GitName { get; init; }

    public string? GitEmail { get; init; }

    /// <summary>What works and should be done otherwise.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];

    /// <param name="Path">Null: <c>CLAUDE_CODE_CLI_PATH</c>, then the PATH.</param>
    /// <param name="Turns">The most that an attempt gets on this PC, whatever the policy allows.</param>
    public sealed record ClaudeSection(
        string? Path = null, string? Model = null, IReadOnlyList<string>? Fallback = null, int? Turns = null, IReadOnlyList<string>? Arguments = null);

    /// <summary>The most that an attempt gets on this PC. Null: what the policy allows.</summary>
    public sealed record LimitsSection
    {
        public TimeSpan? WallTime { get; init; }

        public TimeSpan? Silence { get; init; }

        public ResourceLimits Resources { get; init; } = new();

        /// <summary>How long running tasks may go on when the agent is told to stop.</summary>
        /// <value>Default: 30 seconds.</value>
        public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
    }

    /// <param name="On">Off only for a machine that is itself a sandbox.</param>
    public sealed record SandboxSection(bool On = true, TestNetwork TestNetwork = TestNetwork.Policy, IReadOnlyList<string>? Hidden = null, IReadOnlyList<string>? Readable = null);

    public sealed record CredentialsSection
    {
        /// <summary>This agent's, at coordinator and hub.</summary>
        public SecretReference? AgentToken { get; init; }

        public SecretReference? AnthropicApiKey { get; init; }

        public SecretReference? ClaudeOAuthToken { get; init; }

        /// <summary>A folder that <c>claude auth login</c> wrote.</summary>
        public string? ClaudeConfigFolder { get; init; }

        /// <summary>For pushes where the coordinator gives no credential.</summary>
        public SecretReference? GitHubToken { get; init; }
    }

    public sealed record LoggingSection
    {
        /// <summary>Null: <c>logs</c> beside the workspaces.</summary>
        public string? Folder { get; init; }

        /// <value>Default: INFO.</value>
        public string Level { get; init; } = "INFO";

        /// <summary>A file that is longer is put aside.</summary>
        public long MostBytes { get; init; } = 10L << 20;

        /// <summary>How many files that were put aside are kept.</summary>
        public int Files { get; init; } = 5;

        /// <summary>How long the log of an attempt is kept after its end.</summary>
        public TimeSpan Transcripts { get; init; } = TimeSpan.FromDays(7);
    }

    /// <param name="Port">Null: none is served. 0 takes a free one.</param>
    public sealed record HealthSection(int? Port = 8000, string Listen = "127.0.0.1");
}
