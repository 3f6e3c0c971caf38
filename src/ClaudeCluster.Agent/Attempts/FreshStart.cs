namespace ClaudeCluster.Agent;

/// <summary>PURE. A session that goes on after a kill may believe that its work is still there, and change nothing. Then it is done once more without it.</summary>
internal static class FreshStart
{
    /// <returns>Null: the session was a new one, or failed, or nothing is left to pay with.</returns>
    public static CoderJob? Of(CoderJob job, CoderReport report, AgentTask task)
    {
        var left = FixTurn.Left(job.Limits, report.Usage);
        return job.ResumeSession is not null && report.Failure is null && left is { Turns: > 0, Usd: > 0 } && left.WallTime > TimeSpan.Zero
            ? job with { ResumeSession = null, Prompt = PromptBuilder.Build(task), Limits = left }
            : null;
    }
}
