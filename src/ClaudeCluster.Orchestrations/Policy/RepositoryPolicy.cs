using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// What a repository says about itself in <c>.github/claude-cluster.yml</c> on its default branch. Everything has a default:
/// a repository without the file has <see cref="Default"/>.
/// </summary>
public sealed record RepositoryPolicy
{
    /// <summary>Where the file stands.</summary>
    public const string Path = ".github/claude-cluster.yml";

    public static RepositoryPolicy Default { get; } = new();

    public LabelNames Labels { get; init; } = new();

    /// <summary>In order: where two would do, the first one is taken.</summary>
    /// <value>Default: backend, frontend, testing, devops, database.</value>
    public IReadOnlyList<SpecialtyPolicy> Specialties { get; init; } = SpecialtyPolicy.Defaults;

    /// <summary>Tried in order before the specialties' own words.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>Who gets an issue that nothing else decides.</summary>
    public Specialty Fallback { get; init; } = new("backend");

    /// <summary>The weakest role that may start work.</summary>
    /// <value>Default: write.</value>
    public Role MinimumRole { get; init; } = Role.Write;

    /// <summary>Anybody can open issues in a public repository, so it must opt in.</summary>
    /// <value>Default: false.</value>
    public bool AllowPublic { get; init; }

    /// <summary>Bots by login that may start work. Others never may.</summary>
    public IReadOnlyList<string> AllowedBots { get; init; } = [];

    /// <summary>Each flow waits for <c>/claude approve</c> before its first attempt.</summary>
    /// <value>Default: false.</value>
    public bool NeedsApproval { get; init; }

    /// <summary>Run in this order after each attempt; all must pass.</summary>
    /// <value>Default: none, and the agent detects the project's own.</value>
    public IReadOnlyList<TestCommand> Tests { get; init; } = [];

    /// <summary>The tests may use the network, if the agent's owner leaves it to the repository.</summary>
    /// <value>Default: false.</value>
    public bool TestsHaveNetwork { get; init; }

    /// <value>Default: auto.</value>
    public Reach Reach { get; init; }

    public AttemptLimits Limits { get; init; } = new();

    public DiffRules DiffRules { get; init; } = new();

    /// <summary>Pull requests are opened as drafts.</summary>
    public bool DraftPullRequests { get; init; }
}

/// <summary>How agents hear of work. Whoever pulls it first has it, all the same.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Reach>))]
public enum Reach
{
    /// <summary>By being connected; a runner of GitHub Actions is woken when no connected agent of the specialty has had room for 30 seconds.</summary>
    Auto,

    /// <summary>Only by being connected.</summary>
    Agents,

    /// <summary>A runner of GitHub Actions is woken for each attempt.</summary>
    Actions,
}

/// <summary>The labels that mean something to the cluster.</summary>
public sealed record LabelNames
{
    /// <summary>Asks for work.</summary>
    public string Trigger { get; init; } = "claude";

    /// <summary>Any of these forbids work, whatever else is set.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = ["claude:skip"];

    /// <summary>Stands before a status word: <c>claude:working</c>.</summary>
    public string StatusPrefix { get; init; } = "claude:";

    /// <summary>Every status label; an issue has at most one of them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> AllStatus => [.. Enum.GetValues<FlowPhase>().Select(Status).Distinct(StringComparer.Ordinal)];

    public string PriorityHigh { get; init; } = "priority:high";

    public string PriorityLow { get; init; } = "priority:low";

    /// <summary>The status label of a phase: <c>claude:working</c>, <c>waiting</c>, <c>review</c>, <c>done</c> or <c>failed</c>.</summary>
    public string Status(FlowPhase phase) => StatusPrefix + phase switch
    {
        FlowPhase.Queued or FlowPhase.Working => "working",
        FlowPhase.Waiting or FlowPhase.NeedsHuman => "waiting",
        FlowPhase.Review => "review",
        FlowPhase.Done => "done",
        _ => "failed",
    };
}

/// <summary>One specialty as this repository understands it.</summary>
/// <param name="Name">The specialty.</param>
/// <param name="Label">The label that asks for it.</param>
/// <param name="Words">Whole words of title or text that speak for it; a word may be a phrase.</param>
public sealed record SpecialtyPolicy(Specialty Name, string Label, IReadOnlyList<string> Words)
{
    /// <summary>Replaces the built-in prompt template of this specialty.</summary>
    public string? PromptTemplate { get; init; }

    public static IReadOnlyList<SpecialtyPolicy> Defaults { get; } =
    [
        new(new("backend"), "backend", ["backend", "api", "python", "server", "endpoint", "バックエンド", "サーバー", "サーバ"]),
        new(new("frontend"), "frontend", ["frontend", "react", "typescript", "ui", "css", "フロントエンド", "画面"]),
        new(new("testing"), "testing", ["testing", "test", "tests", "qa", "pytest", "jest", "e2e", "テスト"]),
        new(new("devops"), "devops", ["devops", "docker", "kubernetes", "ci", "infrastructure", "deploy", "インフラ"]),
        new(new("database"), "database", ["database", "sql", "migration", "schema", "データベース"]),
    ];
}

/// <summary>If any part of the rule fits the issue, the issue goes to <paramref name="To"/>.</summary>
/// <param name="To">The specialty.</param>
/// <param name="Words">Whole words or phrases of title or text.</param>
/// <param name="TitlePrefixes">Beginnings of the title, such as <c>ci:</c>.</param>
/// <param name="Paths">Globs (<c>web/**</c>) for paths that the text names.</param>
public sealed record RoutingRule(Specialty To, IReadOnlyList<string> Words, IReadOnlyList<string> TitlePrefixes, IReadOnlyList<string> Paths);

/// <summary>A command that proves the work, run by the agent's shell in the repository's root.</summary>
public sealed record TestCommand(string Command);

/// <summary>What one attempt may take.</summary>
public sealed record AttemptLimits
{
    /// <value>Default: one hour, waiting for an agent not counted.</value>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A coder that prints nothing for so long is stopped.</summary>
    /// <value>Default: ten minutes.</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For each test command.</summary>
    /// <value>Default: fifteen minutes.</value>
    public TimeSpan TestTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <value>Default: 60.</value>
    public int Turns { get; init; } = 60;

    /// <value>Default: 5 US dollars.</value>
    public decimal Usd { get; init; } = 5m;

    /// <summary>How often, within one attempt, a coder is told of a failing test and may go on in the same session.</summary>
    /// <value>Default: 1.</value>
    public int FixTurns { get; init; } = 1;

    /// <summary>Counted attempts of one task, the first included.</summary>
    /// <value>Default: 3.</value>
    public int Attempts { get; init; } = 3;

    /// <summary>When an agent's account has reached its usage limit, an agent with another account may go on at once.</summary>
    /// <value>Default: false, and the flow waits for the limit's end.</value>
    public bool OtherAccounts { get; init; }

    /// <summary>How often in a row, within a day, a flow goes back to work on its open pull request, because checks fail or it conflicts, before it asks a person.</summary>
    /// <value>Default: 3.</value>
    public int Rounds { get; init; } = 3;
}

/// <summary>What a change may look like.</summary>
public sealed record DiffRules
{
    /// <summary>Globs of paths that only people change.</summary>
    public IReadOnlyList<string> ProtectedPaths { get; init; } =
        [".github/workflows/**", "CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", RepositoryPolicy.Path];

    /// <value>Default: 50.</value>
    public int MaxFiles { get; init; } = 50;

    /// <summary>Lines added and removed together.</summary>
    /// <value>Default: 2,000.</value>
    public int MaxLines { get; init; } = 2000;
}
