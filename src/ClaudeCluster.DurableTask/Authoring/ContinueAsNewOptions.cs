namespace ClaudeCluster.DurableTask;

/// <summary>How an orchestration begins again.</summary>
public sealed record ContinueAsNewOptions
{
    public object? NewInput { get; init; }

    /// <summary>Whether events that nobody has waited for go along.</summary>
    /// <value>Default: true.</value>
    public bool PreserveUnprocessedEvents { get; init; } = true;

    /// <summary>The version of the next generation, so that a long-lived orchestration can move to new code.</summary>
    /// <value>Default: the version stays.</value>
    public TaskVersion? NewVersion { get; init; }
}
