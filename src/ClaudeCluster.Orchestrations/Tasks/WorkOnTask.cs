using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>A part of the flow: attempts at its one task until a step says accept, ask or end.</summary>
internal static class WorkOnTask
{
    /// <returns>The flow in another phase than working, or with accepted work. In review: there was nothing left to do.</returns>
    public static async Task<FlowState> RunAsync(TaskOrchestrationContext context, FlowInbox inbox, FlowState flow)
    {
        var next = Begin(flow);
        while (flow.Phase == FlowPhase.Working && flow.Accepted is null)
        {
            (flow, var stop) = await Attempt(context, inbox, flow, next);
            if (!stop && flow is { Round.MayBeDone: true, Attempts: [.., { Result.Outcome: AttemptOutcome.NoChanges }] })
                return flow with { Phase = FlowPhase.Review };
            next = stop ? Begin(flow) : await context.CallDecideNextStepAsync(Judge(context, flow));
            switch (next)
            {
                case NextStep.AskHuman ask:
                    return flow with { Phase = FlowPhase.NeedsHuman, Question = ask.Question };
                case NextStep.End end:
                    return flow with { Phase = FlowPhase.Failed, EndReason = end.Why };
                case NextStep.WaitUntil wait:
                    flow = await Wait(context, inbox, flow, wait);
                    break;
            }
        }

        return flow;
    }

    /// <summary>Who worked on it last has the session; somebody else takes it if that agent is gone.</summary>
    private static NextStep Begin(FlowState flow) => flow.Attempts is [.., { Result: not null }] ? new NextStep.TryHere() : new NextStep.TryElsewhere();

    private static async Task<(FlowState Flow, bool Stop)> Attempt(TaskOrchestrationContext context, FlowInbox inbox, FlowState flow, NextStep how)
    {
        var number = flow.Attempts.Count + 1;
        var attempt = new AttemptRecord(number, new BranchName(flow.Issue.Number, flow.Generation, number).ToString(), context.CurrentUtcDateTime, Result: null) { GuidanceHeard = flow.GuidanceGiven };
        var last = flow.Attempts is [.., var before] ? before.Result : null;
        flow = flow with { Attempts = [.. flow.Attempts, attempt] };
        context.SetCustomStatus(flow);

        var id = IdOf(flow, number);
        var work = context.CallAttemptAsync(
            new AttemptRequest(
                Describe(flow with { Attempts = [.. flow.Attempts.SkipLast(1)] }, id, attempt.Branch),
                Prefer: how is NextStep.TryHere or NextStep.WaitUntil && last is { Outcome: not (AttemptOutcome.Cancelled or AttemptOutcome.AgentLost) } ? last.Agent : null,
                Avoid: how is NextStep.TryElsewhere ? last?.Agent : null)
            {
                Priority = flow.Routing!.Priority,
            },
            new SubOrchestrationOptions(instanceId: id));
        (flow, var stop) = await inbox.UntilAsync(flow, work);
        if (stop)
            await context.CallCancelAttemptAsync(new(id, flow.EndReason ?? flow.Question ?? "a person asked for another try"));
        var result = SeenFrom(flow, await ResultOf(work, stop));

        // Found by its number: what the flow heard meanwhile may have changed what is around it.
        flow = flow with { WaitsFor = null, Attempts = [.. flow.Attempts.Select(each => each.Number == number ? each with { Result = result } : each)] };
        context.SetCustomStatus(flow);
        return (flow, stop);
    }

    private static string IdOf(FlowState flow, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{flow.FlowId}-a{attempt}");

    /// <summary>In a round of feedback the pull request as it stood is no answer, however well its tests pass.</summary>
    private static AttemptResult SeenFrom(FlowState flow, AttemptResult result) =>
        flow.Round is not null && result.Outcome is AttemptOutcome.Succeeded && result.Commit == flow.Head ? result with { Outcome = new AttemptOutcome.NoChanges() } : result;

    /// <summary>An attempt that was ended from outside has no result of its own, and one that broke has none either: a person sees why, as of any other.</summary>
    private static async Task<AttemptResult> ResultOf(Task<AttemptResult> work, bool stop)
    {
        try
        {
            return await work;
        }
        catch (TaskFailedException) when (stop)
        {
            return new AttemptResult { Agent = new AgentId("nobody"), Outcome = new AttemptOutcome.Cancelled("a person") };
        }
        catch (TaskFailedException failed)
        {
            return new AttemptResult { Agent = new AgentId("nobody"), Outcome = new AttemptOutcome.Failed(failed.FailureDetails.ErrorMessage) };
        }
    }

    private static AgentTask Describe(FlowState flow, string attemptId, string branch) => new()
    {
        AttemptId = attemptId,
        FlowId = flow.FlowId,
        Goal = flow.Round?.Goal ?? Goal.ResolveIssue,
        Guidance = flow.Guidance,
        Repository = flow.Repository,
        Issue = flow.Issue,
        Specialty = flow.Routing!.Specialty!.Value,
        Earlier = Earlier(flow),
        BaseBranch = flow.Repository.DefaultBranch,
        AttemptBranch = branch,
        Limits = flow.Policy.Limits,
        DiffRules = flow.Policy.DiffRules,
        Tests = flow.Policy.Tests,
        TestsHaveNetwork = flow.Policy.TestsHaveNetwork,
        Reach = flow.Policy.Reach,
        PromptTemplate = flow.Policy.Specialties.FirstOrDefault(s => s.Name == flow.Routing.Specialty)?.PromptTemplate,
        Requester = flow.Requester,
    };

    /// <summary>The round's last attempt that left something to go on from; one that only waited left nothing. A round begins where the pull request stands.</summary>
    private static EarlierAttempt? Earlier(FlowState flow) => flow.Attempts
        .Skip(flow.AttemptsOfEarlierRounds)
        .Select(attempt => attempt.Result)
        .OfType<AttemptResult>()
        .Where(result => OutcomeRules.Counts(result.Outcome) || result.Commit is not null)
        .Select(result => new EarlierAttempt(result.Agent, result.Commit ?? flow.Head, OutcomeText.Describe(result.Outcome), result.ClaudeSession))
        .LastOrDefault() ?? RoundBegins(flow);

    private static EarlierAttempt? RoundBegins(FlowState flow)
    {
        if (flow.Head is not { } head)
            return null;
        var last = flow.Attempts.Select(attempt => attempt.Result).LastOrDefault(result => result?.ClaudeSession is not null);
        return new EarlierAttempt(last?.Agent, head, flow.Round?.Text ?? "The pull request's branch was moved meanwhile; go on from what it has.", last?.ClaudeSession);
    }

    private static OutcomeToJudge Judge(TaskOrchestrationContext context, FlowState flow)
    {
        var outcomes = flow.Attempts.Skip(flow.AttemptsBefore).Select(attempt => attempt.Result!.Outcome).ToList();
        var tally = new AttemptTally(
            Counted: outcomes.Count(OutcomeRules.Counts),
            Lost: InARow(outcomes, outcome => outcome is AttemptOutcome.AgentLost),
            Waits: InARow(outcomes, OutcomeRules.IsWait));
        return new OutcomeToJudge(outcomes[^1], tally, flow.Policy.Limits, context.CurrentUtcDateTime) { AttemptId = IdOf(flow, flow.Attempts.Count) };
    }

    private static int InARow(IEnumerable<AttemptOutcome> outcomes, Func<AttemptOutcome, bool> isSuch) => outcomes.Reverse().TakeWhile(isSuch).Count();

    private static async Task<FlowState> Wait(TaskOrchestrationContext context, FlowInbox inbox, FlowState flow, NextStep.WaitUntil wait)
    {
        flow = await (flow with { Phase = FlowPhase.Waiting, WaitsFor = wait.Why, WaitsUntil = wait.Until }).ShowAsync(context);
        using var stopTimer = new CancellationTokenSource();
        (flow, var stop) = await inbox.UntilAsync(flow, context.CreateTimer(wait.Until.UtcDateTime, stopTimer.Token));
        if (stop)
            stopTimer.Cancel(); // Not CancelAsync: it goes on from another thread, which no history knows.
        return flow with { Phase = flow.Phase == FlowPhase.Waiting ? FlowPhase.Working : flow.Phase, WaitsFor = null, WaitsUntil = null };
    }
}
