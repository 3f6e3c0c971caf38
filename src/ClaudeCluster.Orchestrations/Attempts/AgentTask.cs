using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>All that an agent is told about one attempt. It travels through history, so it never holds a secret.</summary>
public sealed record AgentTask
{
    public required string AttemptId { get; init; }

    /// <summary>The flow that asked for it; what people say to the flow reaches the attempt. Empty: nobody can.</summary>
    public string FlowId { get; init; } = string.Empty;

    public required RepositoryRef Repository { get; init; }

    public required IssueSnapshot Issue { get; init; }

    public required Specialty Specialty { get; init; }

    public Goal Goal { get; init; } = Goal.ResolveIssue;

    /// <summary>What authorised people said since, oldest first.</summary>
    public IReadOnlyList<string> Guidance { get; init; } = [];

    public EarlierAttempt? Earlier { get; init; }

    public required string BaseBranch { get; init; }

    /// <summary>The attempt's own branch, <c>claude/wip/12-1-a2</c>: the only one that an agent pushes.</summary>
    public required string AttemptBranch { get; init; }

    public AttemptLimits Limits { get; init; } = new();

    public DiffRules DiffRules { get; init; } = new();

    /// <summary>From the policy; empty: the agent detects the project's own.</summary>
    public IReadOnlyList<TestCommand> Tests { get; init; } = [];

    /// <summary>The policy lets the tests use the network; the agent has the last word.</summary>
    public bool TestsHaveNetwork { get; init; }

    /// <summary>By whom the policy wants it done; null: an earlier release did not say.</summary>
    public Reach? Reach { get; init; }

    /// <summary>The policy's own template for this specialty; null: the built-in one.</summary>
    public string? PromptTemplate { get; init; }

    /// <summary>Who asked for the work; stands in the commit as co-author.</summary>
    public required Requester Requester { get; init; }
}

/// <summary>What an attempt is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Goal>))]
public enum Goal
{
    ResolveIssue,

    /// <summary>The repository's own checks fail on the pull request.</summary>
    MendChecks,

    /// <summary>A reviewer asks for changes.</summary>
    AnswerReview,

    /// <summary>The pull request conflicts with its base branch. The work tree has both, merged, with git's marks where they conflict.</summary>
    ResolveConflict,

    /// <summary>People said what else they want.</summary>
    FollowGuidance,
}

/// <summary>What the attempt before this one left.</summary>
/// <param name="Agent">Who tried.</param>
/// <param name="Commit">Its last commit, to go on from; null if there is none.</param>
/// <param name="Failure">Why it was not enough, such as the tail of a failing test.</param>
/// <param name="ClaudeSession">To resume on the same agent.</param>
public sealed record EarlierAttempt(AgentId? Agent, CommitId? Commit, string Failure, string? ClaudeSession);

/// <summary>An agent, by the id in its configuration.</summary>
[JsonConverter(typeof(StringValueJson<AgentId>))]
public readonly record struct AgentId(string Value) : IStringValue<AgentId>
{
    public static AgentId From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>A git commit, as 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.</summary>
[JsonConverter(typeof(StringValueJson<CommitId>))]
public readonly record struct CommitId(string Value) : IStringValue<CommitId>
{
    /// <summary>As people read it.</summary>
    public string Short => Value.Length > 10 ? Value[..10] : Value;

    public static CommitId From(string value) => new(value);

    public override string ToString() => Value;
}
