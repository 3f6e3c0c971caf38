namespace ClaudeCluster.Agent;

/// <summary>How this PC runs Claude Code. The composition root reads files and environment; nothing here does.</summary>
public sealed record ClaudeOptions
{
    /// <summary>Absolute; see <see cref="ClaudeLocator"/>.</summary>
    public required string Program { get; init; }

    /// <summary>For people; empty if it was not asked.</summary>
    public string Version { get; init; } = string.Empty;

    public required ClaudeCredential Credential { get; init; }

    /// <value>Default: the alias <c>sonnet</c>.</value>
    public string Model { get; init; } = "sonnet";

    /// <summary>Tried in order when the model is overloaded.</summary>
    public IReadOnlyList<string> FallbackModels { get; init; } = [];

    /// <summary>More options of the CLI, of those that <see cref="ClaudeArguments"/> allows.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>Where the Messages API is; null: where the CLI has it.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>
    /// Commands of the model run in the CLI's own sandbox (bubblewrap and socat): no network, no writes outside of the work tree, the hidden
    /// folders out of sight. Off: they may do whatever this user may, and see the credential. Only for a machine that is itself a sandbox.
    /// </summary>
    /// <value>Default: on. A host that cannot do it is refused, never used without.</value>
    public bool Sandbox { get; init; } = true;

    /// <summary>Folders that the model's commands cannot read, such as the agent's root and the user's home. The work tree inside them stays readable.</summary>
    public IReadOnlyList<string> HiddenFolders { get; init; } = [];

    /// <summary>Folders inside the hidden ones that they can read nevertheless, such as a tool chain in the user's home.</summary>
    public IReadOnlyList<string> ReadableFolders { get; init; } = [];

    /// <summary>The PATH of the CLI and of the model's commands.</summary>
    public required string SearchPath { get; init; }

    /// <summary>More variables for the model's commands, such as <c>JAVA_HOME</c>. They reach the model, so none may be a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How often the CLI itself tries a request again.</summary>
    /// <value>Default: 3; the CLI's own 10 hide a bad key for three minutes.</value>
    public int MaxRetries { get; init; } = 3;
}
