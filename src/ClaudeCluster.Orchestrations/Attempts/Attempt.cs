using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>One try of a task, as asked for by the flow.</summary>
/// <param name="Task">What the agent is told.</param>
/// <param name="Prefer">The agent that has the session and the worktree; it is asked first.</param>
/// <param name="Avoid">The agent that should not try again, if there is another.</param>
public sealed record AttemptRequest(AgentTask Task, AgentId? Prefer = null, AgentId? Avoid = null)
{
    /// <summary>Whether it goes before the work of others while it waits for an agent.</summary>
    public Priority Priority { get; init; }
}

/// <summary>
/// One attempt, from the queue to its result. It is an orchestration of its own, so that queued, claimed, cancelled and ended
/// are the fold of its history.
/// <code>
///   queued ──claim──► claimed ──result──► ended         the agent's result
///     │                  │
///     │ nobody yet:      ├──worker lost──► ended         AgentLost
///     │ call again       └──deadline─────► ended         TimedOut
///     └──run failed before any claim─────► ended         AgentLost, or Failed
/// </code>
/// The attempt is the referee: agents pull the activity <c>RunAgent:&lt;specialty&gt;</c>, but before its first act an agent raises
/// <see cref="AttemptStarted"/> and reads this instance's custom status until it names an owner. Events are handled in order,
/// so the first claim wins; a second worker that was handed the same item finds another owner and withdraws. That is how an
/// activity that may be delivered twice runs Claude once.
/// </summary>
[DurableTask]
public sealed class Attempt : TaskOrchestrator<AttemptRequest, AttemptResult>
{
    private static readonly TimeSpan PreferredAgentHasFirstCallFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstCallAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastCallAgain = TimeSpan.FromHours(1);

    /// <summary>Beyond the coder's own time: workspace, tests, push, with a git server that is away for half an hour before and after the work.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(75);

    public override async Task<AttemptResult> RunAsync(TaskOrchestrationContext context, AttemptRequest request)
    {
        var runs = new List<Task<AttemptResult>>();
        var claim = context.WaitForAttemptStartedAsync();

        var owner = await WaitForOwner(context, request, runs, claim);
        if (owner is null)
            return await Result(runs, owner: null);

        context.SetCustomStatus(new AttemptStatus(owner.WorkerId, owner.Agent, request.Task.Limits.Usd));
        return await WaitForResult(context, request.Task, runs, owner);
    }

    /// <returns>The first to claim; null if the run ended before anybody did.</returns>
    private static async Task<AttemptStarted?> WaitForOwner(
        TaskOrchestrationContext context, AttemptRequest request, List<Task<AttemptResult>> runs, Task<AttemptStarted> claim)
    {
        if (request.Prefer is { } preferred)
        {
            runs.Add(Offer(context, AgentAddress.Of(request.Task.Specialty, preferred), request));
            await WhenAnyWithin(context, PreferredAgentHasFirstCallFor, [.. runs, claim]);
        }

        if (!claim.IsCompleted && !runs.Exists(run => run.IsCompletedSuccessfully))
        {
            // Both at once: whoever is there need not wait for a runner to be woken, nor for GitHub to be there for that.
            _ = MissingAsync(context.CallCallForAgentAsync(CallOf(request)));
            runs.Add(Offer(context, AgentAddress.Any(request.Task.Specialty), request));
        }

        string? told = null;
        for (var wait = FirstCallAgain; !claim.IsCompleted && !runs.TrueForAll(run => run.IsCompleted); wait = Longer(wait))
        {
            if (await WhenAnyWithin(context, wait, [.. runs.Where(run => !run.IsCompleted), claim]))
                continue;
            var missing = MissingAsync(context.CallCallForAgentAsync(CallOf(request)));
            if (await Task.WhenAny([missing, .. runs.Where(run => !run.IsCompleted), claim]) == missing)
                told = await TellAsync(context, request.Task, told, await missing);
        }

        var owner = claim.IsCompleted ? await claim : null;
        await TellAsync(context, request.Task, told, missing: null, owner);
        return owner;
    }

    /// <summary>No work waits for a call: that it failed is what people see as missing, and it is made again.</summary>
    private static async Task<string?> MissingAsync(Task<Availability> call)
    {
        try
        {
            return (await call).Missing;
        }
        catch (TaskFailedException failed)
        {
            return $"an agent; who is there could not be asked, and none be woken: {failed.FailureDetails.ErrorMessage}";
        }
    }

    /// <summary>People see on the issue what is missing for so long as nobody takes the attempt.</summary>
    private static async Task<string?> TellAsync(TaskOrchestrationContext context, AgentTask task, string? told, string? missing, AttemptStarted? owner = null)
    {
        if (missing == told || task.FlowId.Length == 0)
            return told;
        var news = new FlowNews.AgentMissing(missing) { Key = string.Create(CultureInfo.InvariantCulture, $"{task.AttemptId}-{(missing is null ? "found" : "missing")}-{context.CurrentUtcDateTime:yyyyMMddHHmmss}"), By = task.Requester, Owner = owner };
        await Patience.ProblemOf(context.CallRaiseOnFlowAsync(new(task.FlowId, news)));
        return missing;
    }

    private static async Task<AttemptResult> WaitForResult(
        TaskOrchestrationContext context, AgentTask task, List<Task<AttemptResult>> runs, AttemptStarted owner)
    {
        var deadline = task.Limits.WallTime + (task.Limits.TestTime * Math.Max(1, task.Tests.Count)) + Slack;
        var result = Result(runs, owner);
        var ended = await WhenAnyWithin(context, deadline, [result])
            ? await result
            : new AttemptResult { Agent = owner.Agent, Outcome = new AttemptOutcome.TimedOut(deadline) };
        return ended with { RunUrl = ended.RunUrl ?? owner.RunUrl };
    }

    private static AgentCall CallOf(AttemptRequest request) =>
        new(request.Task.Specialty, request.Avoid, request.Task.AttemptId) { Repository = request.Task.Repository, Reach = request.Task.Reach };

    private static Task<AttemptResult> Offer(TaskOrchestrationContext context, TaskName address, AttemptRequest request)
    {
        // A lost agent ends the attempt. The flow decides on a new one, which knows what was lost.
        var tags = new Dictionary<string, string>(HeadStart.Tags(request.Priority)) { [LostWorker.Tag] = LostWorker.Fail };
        return context.CallActivityAsync<AttemptResult>(address, request.Task, new TaskOptions(tags: tags));
    }

    /// <summary>The first result that is not a withdrawal. If all withdrew or failed, the owner is lost.</summary>
    private static async Task<AttemptResult> Result(List<Task<AttemptResult>> runs, AttemptStarted? owner)
    {
        AttemptOutcome ended = new AttemptOutcome.AgentLost(owner?.Agent);
        var open = runs.ToList();
        while (open.Count > 0)
        {
            var run = await Task.WhenAny(open);
            open.Remove(run);
            try
            {
                var result = await run;
                if (result.Outcome is not AttemptOutcome.Withdrawn)
                    return result;
            }
            catch (TaskFailedException failure)
            {
                if (failure.FailureDetails.ErrorType != LostWorker.ErrorType)
                    ended = new AttemptOutcome.Failed(failure.FailureDetails.ErrorMessage);
            }
        }

        return new AttemptResult { Agent = owner?.Agent ?? new AgentId("nobody"), Outcome = ended };
    }

    /// <returns>False if the time passed first.</returns>
    private static async Task<bool> WhenAnyWithin(TaskOrchestrationContext context, TimeSpan time, IReadOnlyList<Task> tasks)
    {
        using var stopTimer = new CancellationTokenSource();
        var timer = context.CreateTimer(time, stopTimer.Token);
        if (await Task.WhenAny([.. tasks, timer]) == timer)
            return false;
        stopTimer.Cancel(); // Not CancelAsync: it goes on from another thread, which no history knows.
        return true;
    }

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < LastCallAgain ? wait * 2 : LastCallAgain;
}
