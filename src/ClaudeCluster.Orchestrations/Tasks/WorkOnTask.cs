using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>A part of the flow: attempts at its one task until a step says accept, ask or end.</summary>
internal static class WorkOnTask
{
    public static async Task<FlowState> RunAsync(TaskOrchestrationContext context, FlowState flow)
    {
        var inbox = new FlowInbox(context);
        NextStep next = new NextStep.TryElsewhere();
        while (true)
        {
            (flow, var stop) = await Attempt(context, inbox, flow, next);
            if (stop is not null)
                return Stopped(flow, stop);
            next = await context.CallDecideNextStepAsync(Judge(context, flow));
            switch (next)
            {
                case NextStep.Accept:
                    return flow;
                case NextStep.AskHuman ask:
                    return flow with { Phase = FlowPhase.NeedsHuman, Question = ask.Question };
                case NextStep.End end:
                    return flow with { Phase = FlowPhase.Failed, EndReason = end.Why };
                case NextStep.WaitUntil wait:
                    (flow, stop) = await Wait(context, inbox, flow, wait);
                    if (stop is not null)
                        return Stopped(flow, stop);
                    break;
            }
        }
    }

    private static FlowState Stopped(FlowState flow, string why) => flow with { Phase = FlowPhase.Failed, EndReason = $"Stopped: {why}." };

    private static async Task<(FlowState Flow, string? Stop)> Attempt(TaskOrchestrationContext context, FlowInbox inbox, FlowState flow, NextStep how)
    {
        var number = flow.Attempts.Count + 1;
        var attempt = new AttemptRecord(number, new BranchName(flow.Issue.Number, flow.Generation, number).ToString(), context.CurrentUtcDateTime, Result: null);
        var last = flow.Attempts is [.., var before] ? before.Result : null;
        flow = flow with { Phase = FlowPhase.Working, Attempts = [.. flow.Attempts, attempt] };
        context.SetCustomStatus(flow);

        var id = string.Create(CultureInfo.InvariantCulture, $"{flow.FlowId}-a{number}");
        var work = context.CallAttemptAsync(
            new AttemptRequest(
                Describe(flow, id, attempt.Branch),
                Prefer: how is NextStep.TryHere ? last?.Agent : null,
                Avoid: how is NextStep.TryElsewhere ? last?.Agent : null),
            new SubOrchestrationOptions(instanceId: id));
        (flow, var stop) = await inbox.UntilAsync(flow, work);
        if (stop is not null)
            await context.CallCancelAttemptAsync(new(id, stop));
        var result = await ResultOf(work, stop);

        flow = flow with { Attempts = [.. flow.Attempts.SkipLast(1), attempt with { Result = result }] };
        context.SetCustomStatus(flow);
        return (flow, stop);
    }

    /// <summary>An attempt that was ended from outside has no result of its own.</summary>
    private static async Task<AttemptResult> ResultOf(Task<AttemptResult> work, string? stop)
    {
        try
        {
            return await work;
        }
        catch (TaskFailedException) when (stop is not null)
        {
            return new AttemptResult { Agent = new AgentId("nobody"), Outcome = new AttemptOutcome.Cancelled(stop) };
        }
    }

    private static AgentTask Describe(FlowState flow, string attemptId, string branch) => new()
    {
        AttemptId = attemptId,
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

    /// <summary>The last attempt that left something to go on from; one that only waited left nothing.</summary>
    private static EarlierAttempt? Earlier(FlowState flow) => flow.Attempts
        .Select(attempt => attempt.Result)
        .OfType<AttemptResult>()
        .Where(result => OutcomeRules.Counts(result.Outcome) || result.Commit is not null)
        .Select(result => new EarlierAttempt(result.Agent, result.Commit, OutcomeText.Describe(result.Outcome), result.ClaudeSession))
        .LastOrDefault();

    private static OutcomeToJudge Judge(TaskOrchestrationContext context, FlowState flow)
    {
        var outcomes = flow.Attempts.Select(attempt => attempt.Result!.Outcome).ToList();
        var tally = new AttemptTally(
            Counted: outcomes.Count(OutcomeRules.Counts),
            Lost: InARow(outcomes, outcome => outcome is AttemptOutcome.AgentLost),
            Waits: InARow(outcomes, OutcomeRules.IsWait));
        return new OutcomeToJudge(outcomes[^1], tally, flow.Policy.Limits, context.CurrentUtcDateTime);
    }

    private static int InARow(IEnumerable<AttemptOutcome> outcomes, Func<AttemptOutcome, bool> isSuch) => outcomes.Reverse().TakeWhile(isSuch).Count();

    private static async Task<(FlowState Flow, string? Stop)> Wait(TaskOrchestrationContext context, FlowInbox inbox, FlowState flow, NextStep.WaitUntil wait)
    {
        flow = await (flow with { Phase = FlowPhase.Waiting, WaitsFor = wait.Why, WaitsUntil = wait.Until }).ShowAsync(context);
        using var stopTimer = new CancellationTokenSource();
        (flow, var stop) = await inbox.UntilAsync(flow, context.CreateTimer(wait.Until.UtcDateTime, stopTimer.Token));
        if (stop is not null)
            stopTimer.Cancel(); // Not CancelAsync: it goes on from another thread, which no history knows.
        return (flow with { WaitsFor = null, WaitsUntil = null }, stop);
    }
}
