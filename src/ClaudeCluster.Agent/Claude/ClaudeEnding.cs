namespace ClaudeCluster.Agent;

/// <summary>All that is known when the CLI's process is gone.</summary>
internal sealed record ClaudeEnding
{
    public required ChildEnd End { get; init; }

    /// <summary>128 + the signal's number if a signal ended it.</summary>
    public int? ExitCode { get; init; }

    public ClaudeEvent.Result? Result { get; init; }

    public ClaudeEvent.UsageLimit? Rejected { get; init; }

    public ClaudeEvent.ApiFailed? ApiFailed { get; init; }

    /// <summary>The end of standard error, or why it could not be started.</summary>
    public string Error { get; init; } = string.Empty;
}
