namespace ClaudeCluster.DurableTask.Worker;

/// <summary>Which versions of orchestrations a worker takes.</summary>
public sealed record VersioningOptions
{
    /// <summary>The version of this worker's code.</summary>
    public TaskVersion Version { get; init; }

    /// <summary>The version of sub-orchestrations that are called without one.</summary>
    public TaskVersion DefaultVersion { get; init; }

    /// <value>Default: every version that its registry has code for.</value>
    public VersionMatchStrategy MatchStrategy { get; init; }

    /// <value>Default: it is left to another worker.</value>
    public VersionFailureStrategy FailureStrategy { get; init; }
}

/// <summary>Which versions match a worker's own.</summary>
public enum VersionMatchStrategy
{
    /// <summary>All do.</summary>
    None,

    /// <summary>The same only.</summary>
    Strict,

    /// <summary>The same and older ones.</summary>
    CurrentOrOlder,
}

/// <summary>What becomes of a task whose version does not match.</summary>
public enum VersionFailureStrategy
{
    /// <summary>It is given back, and waits for a worker that takes it.</summary>
    Reject,

    /// <summary>It fails.</summary>
    Fail,
}
