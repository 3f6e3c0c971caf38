namespace ClaudeCluster.Runner;

/// <summary>What <c>agent --once</c> says at its end.</summary>
internal static class OnceReport
{
    public static ExitCode Tell((string Attempt, AttemptResult Result)? done, AgentPlace place, Output output, ActionsConsole? job, Func<string, string> redact)
    {
        if (done is not var (attempt, result))
        {
            output.Answer(new { Agent = place.Settings.AgentId.Value, Attempt = (string?)null, Outcome = "nothingToDo", Commit = (string?)null });
            output.Line("Nothing to do.");
            job?.Tell("Nothing to do.", isGood: true);
            return ExitCode.Done;
        }

        output.Answer(new { Agent = place.Settings.AgentId.Value, Attempt = (string?)attempt, Outcome = OutcomeText.Word(result.Outcome), Commit = result.Commit?.Value });
        var text = redact($"{attempt}: {OutcomeText.Describe(result.Outcome)}");
        output.Line(text);
        var code = CodeOf(result.Outcome);
        job?.Tell(text, isGood: code == ExitCode.Done);
        return code;
    }

    /// <summary>Whether the job is green: the flow decides about the work, the job only about this run.</summary>
    public static ExitCode CodeOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded or AttemptOutcome.NoChanges or AttemptOutcome.PolicyRejected or AttemptOutcome.Withdrawn or AttemptOutcome.Cancelled => ExitCode.Done,
        AttemptOutcome.HostNotReady or AttemptOutcome.NotAuthenticated or AttemptOutcome.AccountBlocked => ExitCode.HostNotReady,
        AttemptOutcome.HandedBack => ExitCode.Interrupted,
        _ => ExitCode.Failed,
    };
}
