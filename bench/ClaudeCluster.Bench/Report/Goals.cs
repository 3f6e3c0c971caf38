using ClaudeCluster.Bench.Clusters;

namespace ClaudeCluster.Bench.Report;

/// <summary>The numbers to reach, in one place. They were set from what other engines did on two cores and a disk of 0.15 to 0.4 ms a flush.</summary>
internal static class Goals
{
    /// <summary>Orchestrations per second of ours, by those of Restate in the same run. This one holds on every machine and in every run.</summary>
    public const double FloorAgainstRestate = 2;

    private const int SizeOfWaiting = 100_000;

    public static Goal Flat { get; } = Goal.AtMost(1.5);

    public static Goal ColdReplay { get; } = Goal.AtLeast(200_000);

    public static Goal? Seq5(string store) => store switch
    {
        StoreChoice.SqliteName => Goal.AtLeast(1_000),
        StoreChoice.PostgresName => Goal.AtLeast(800),
        _ => null,
    };

    /// <summary>4 ms, or 15 flushes of a slow disk.</summary>
    public static Goal? OneAtATime(string store, double flushMs) => store == StoreChoice.SqliteName ? Goal.AtMost(Math.Max(4, 15 * flushMs)) : null;

    public static Goal? Wire(string store) => store == StoreChoice.SqliteName ? Goal.AtLeast(300) : null;

    /// <summary>Bare calls store nothing, so what is held against them stores nothing either.</summary>
    public static Goal? WireShare(string store) => store == StoreChoice.MemoryName ? Goal.AtLeast(0.6) : null;

    /// <summary>The SDK itself is the limit, not what is stored.</summary>
    public static Goal WireOfSdk { get; } = Goal.AtLeast(0.9);

    /// <summary>Megabytes of the agent's own process.</summary>
    public static Goal AgentIdle { get; } = Goal.AtMost(120);

    public static Goal AgentAttempt { get; } = Goal.AtMost(40);

    public static Goal AgainstFullClone { get; } = Goal.AtLeast(20);

    public static Goal AgainstShallowClone { get; } = Goal.AtLeast(4);

    /// <summary>Seconds of an attempt that are neither its coder's nor its tests'.</summary>
    public static Goal AttemptOverhead { get; } = Goal.AtMost(2);

    /// <summary>Requests to GitHub's API from the label to the merge, without rounds of feedback.</summary>
    public static Goal RequestsPerIssue { get; } = Goal.AtMost(10);

    public static Goal? Fan100(string store) => store == StoreChoice.SqliteName ? Goal.AtLeast(5_000) : null;

    /// <summary>Only of the size that the goal speaks of.</summary>
    public static Goal? WaitingMemory(BenchOptions options) => options.Waiting == SizeOfWaiting ? Goal.AtMost(200) : null;

    public static Goal? StartAfterKill(BenchOptions options) => options.Waiting == SizeOfWaiting ? Goal.AtMost(5) : null;
}
