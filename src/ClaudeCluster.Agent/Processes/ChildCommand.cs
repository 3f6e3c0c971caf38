namespace ClaudeCluster.Agent;

/// <summary>One program to run: never a shell string, never an inherited environment.</summary>
public sealed record ChildCommand
{
    /// <summary>Absolute, or a name that is looked up along the PATH of <see cref="Environment"/> (not along ours).</summary>
    public required string Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required string Folder { get; init; }

    /// <summary>All that the child sees; nothing is inherited.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Whose process this is: an attempt's <see cref="CoderJob.Mark"/>. The whole tree carries it, and is found by it after a crash.</summary>
    public required string Mark { get; init; }

    /// <summary>Written to standard input, which is then closed unless there is a <see cref="Talk"/>.</summary>
    public string? Input { get; init; }

    /// <summary>The child is asked to end by itself before it is signalled. Not where it took too much, nor where a listener threw.</summary>
    /// <value>Default: it is only signalled.</value>
    public ChildTalk? Talk { get; init; }

    /// <summary>Told each line of standard output, in order, without its end.</summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>Told each line of standard error; may run at the same time as <see cref="OnOutput"/>.</summary>
    public Action<string>? OnError { get; init; }

    /// <value>Default: no limit.</value>
    public TimeSpan? WallTime { get; init; }

    /// <summary>A child that prints nothing for so long is stopped.</summary>
    /// <value>Default: no limit.</value>
    public TimeSpan? Silence { get; init; }

    /// <summary>Between asking the tree to end and killing it.</summary>
    /// <value>Default: two seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much of the end of each output is kept.</summary>
    /// <value>Default: 16 kB.</value>
    public int TailBytes { get; init; } = 16 * 1024;

    /// <summary>Of the child with all its processes. Linux only.</summary>
    /// <value>Default: none.</value>
    public ResourceLimits? Resources { get; init; }

    /// <summary>A program of ours that starts no daemon: when it ends by itself, nobody looks for what it may have left, which takes longer than a short git.</summary>
    public bool LeavesNothing { get; init; }
}

/// <summary>How a child ended.</summary>
public enum ChildEnd
{
    Exited,

    /// <summary>It took longer than <see cref="ChildCommand.WallTime"/>.</summary>
    TimedOut,

    /// <summary>It printed nothing for <see cref="ChildCommand.Silence"/>.</summary>
    Silent,

    Cancelled,

    /// <summary>It took more than <see cref="ChildCommand.Resources"/>; <see cref="ChildResult.Reason"/> says of what.</summary>
    OverLimit,

    /// <summary>There was no process; <see cref="ChildResult.Reason"/> says why.</summary>
    NotStarted,
}

/// <summary>What is left of a child: no process of its tree runs any more.</summary>
/// <param name="End">How it ended.</param>
/// <param name="ExitCode">128 + the signal's number if a signal ended it; null if it was never started.</param>
/// <param name="Duration">Wall time.</param>
public sealed record ChildResult(ChildEnd End, int? ExitCode, TimeSpan Duration)
{
    /// <summary>Why it could not be started, or what it took too much of.</summary>
    public string? Reason { get; init; }

    /// <summary>The end of standard output.</summary>
    public string Output { get; init; } = string.Empty;

    /// <summary>The end of standard error.</summary>
    public string Error { get; init; } = string.Empty;

    /// <summary>The end of both, as they arrived.</summary>
    public string Both { get; init; } = string.Empty;

    /// <summary><see cref="Output"/> is all that was printed, not only its end.</summary>
    public bool IsOutputWhole { get; init; } = true;

    /// <summary>It ended by itself and said that all went well.</summary>
    public bool Succeeded => End == ChildEnd.Exited && ExitCode == 0;
}
