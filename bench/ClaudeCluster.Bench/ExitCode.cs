namespace ClaudeCluster.Bench;

/// <summary>What the command tells its caller. A goal that is missed is an answer, not a failure.</summary>
internal enum ExitCode
{
    Done = 0,

    /// <summary>A row could not be measured; the others are printed.</summary>
    RowFailed = 1,

    BadInput = 2,

    Interrupted = 130,
}
