namespace ClaudeCluster.Orchestrations;

/// <summary>
/// What our hub is told of an activity that must not run again, and what it answers. The words travel with the work, so they are
/// the same by each SDK; a hub of another make ignores the tag and runs the activity again.
/// </summary>
internal static class LostWorker
{
    public const string Tag = "durabletask.lost-worker";

    /// <summary>The tag's value: a lost worker fails the activity.</summary>
    public const string Fail = "fail";

    /// <summary>Of that failure.</summary>
    public const string ErrorType = "ClaudeCluster.DurableTask.WorkerLost";
}
