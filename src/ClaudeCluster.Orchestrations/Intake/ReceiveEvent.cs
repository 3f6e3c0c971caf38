using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>An event on its way to its flow. The wrapper keeps the event's kind when it is written as JSON.</summary>
[method: JsonConstructor]
public sealed record EventDelivery(RepositoryEvent Event)
{
    /// <summary>Of an issue.</summary>
    public EventDelivery(IssueEvent received)
        : this(new RepositoryEvent.IssueChanged(received) { Key = received.Key, Repository = received.Repository, Sender = received.Sender })
    {
    }

    /// <summary>What happens to the issue and its pull request later is delivered too: the flow stays for it. False: it ends with its pull request.</summary>
    public bool MoreFollow { get; init; }

    /// <summary>
    /// One happening comes as several events in any order: a merge pushes to the base branch, closes the pull request and closes the issue. So long an
    /// event waits that another may explain, before anything is asked of GitHub because of it.
    /// </summary>
    /// <value>Default: none.</value>
    public TimeSpan Settles { get; init; }

    /// <summary>Nobody delivered it: it was found by looking for what was lost.</summary>
    public bool IsLookedUp { get; init; }

    /// <summary>It came by the operator's own door, and was let in there.</summary>
    public bool IsByOperator { get; init; }
}

/// <summary>What became of an event.</summary>
/// <param name="FlowId">The flow that it started or reached; null: none.</param>
/// <param name="Started">A flow was started for it.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record EventReceipt(string? FlowId, bool Started, string Reason);

/// <summary>
/// One event, from the door to its flow. The instance id is <c>event-{key}</c>, so the same event by two doors is one; its
/// history is the audit record of who asked for what and why it was granted or refused.
/// </summary>
[DurableTask]
public sealed class ReceiveEvent : TaskOrchestrator<EventDelivery, EventReceipt>
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastLook = TimeSpan.FromMinutes(5);

    /// <summary>The instance id under which an event is received.</summary>
    public static string InstanceId(string key) => $"event-{key}";

    public override async Task<EventReceipt> RunAsync(TaskOrchestrationContext context, EventDelivery input)
    {
        if (FlowAddress.Of(input.Event) is not { } address)
        {
            await SettleAsync(context, input);
            return await TellAllAsync(context, input);
        }

        for (var (settled, crossed, wait) = (false, false, FirstLook); ;)
        {
            var found = await context.CallFindFlowAsync(address with { IsExact = input.IsLookedUp });
            if (found.IsAfterLastWord && EventRules.MayStart(input.Event))
            {
                // People see that a flow is over before it is.
                await context.CreateTimer(wait, CancellationToken.None);
                (crossed, wait) = (true, Longer(wait));
                continue;
            }

            if (found.OpenFlowId is null && !EventRules.MayStart(input.Event) && EventRules.CommandOf(input.Event) is null)
                return new EventReceipt(FlowId: null, Started: false, "no flow of it is open");
            if (crossed)
                found = found with { IsLate = false };
            // The operator's clock is not GitHub's, and what is said there is said now.
            if (input.IsByOperator)
                found = found with { IsBeforeOpenFlow = false };
            var (policy, problem) = await PolicyAsync(context, input.Event.Repository, found);
            var decision = await context.CallDecideOnEventAsync(new(input.Event, policy.Policy, found));
            if (decision is EventDecision.Ignore ignore)
            {
                await AnswerAsync(context, input, policy.Policy, ignore);
                return new EventReceipt(found.OpenFlowId, Started: false, ignore.Why);
            }

            if (!settled && decision is EventDecision.Raise { News: FlowNews.Stopped } && found.HasPullRequest)
            {
                settled = true;
                await SettleAsync(context, input);
                continue;
            }

            if (await RefusalAsync(context, input, policy.Policy) is { } refused)
                return new EventReceipt(FlowId: null, Started: false, refused);
            if (await ActAsync(context, input, policy, found, Told(decision, problem), address.EventAt) is { } receipt)
                return receipt;

            // It was here in time, and the flow's end was faster.
            crossed = true;
        }
    }

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < LastLook ? wait * 2 : LastLook;

    private static Task SettleAsync(TaskOrchestrationContext context, EventDelivery input) =>
        input.Settles > TimeSpan.Zero ? context.CreateTimer(input.Settles, CancellationToken.None) : Task.CompletedTask;

    private static async Task<EventReceipt> TellAllAsync(TaskOrchestrationContext context, EventDelivery received)
    {
        var told = await context.CallTellFlowsAsync(received);
        return new EventReceipt(told.Count > 0 ? told[0] : null, Started: false, told.Count > 0 ? $"told to {string.Join(", ", told)}" : "no open flow is concerned");
    }

    /// <summary>A file that cannot be used is a matter for whoever asks for work, and is told there: until then the built-in rules say who may ask, and how.</summary>
    private static async Task<(PolicySnapshot Policy, string? Problem)> PolicyAsync(TaskOrchestrationContext context, RepositoryRef repository, FlowSearch found)
    {
        if (found.Policy is { } kept)
            return (kept, null);
        try
        {
            return (await context.CallReadPolicyAsync(repository), null);
        }
        catch (TaskFailedException bad) when (bad.IsCausedByException<BadInputException>())
        {
            return (new PolicySnapshot(RepositoryPolicy.Default, Commit: null), bad.FailureDetails.ErrorMessage);
        }
    }

    private static EventDecision Told(EventDecision decision, string? problem) =>
        problem is not null && decision is EventDecision.Start start ? start with { PolicyProblem = problem } : decision;

    /// <summary>Who may steer hears why nothing came of a command. Anybody else is not answered: a page must not fill with what strangers make us say.</summary>
    private static async Task AnswerAsync(TaskOrchestrationContext context, EventDelivery input, RepositoryPolicy policy, EventDecision.Ignore ignored)
    {
        int? page = input.Event switch
        {
            RepositoryEvent.Commented { Comment.Id.Value.Length: > 0 } said => said.Issue.Number,
            RepositoryEvent.ReviewCommented said => said.PullRequest.Number,
            RepositoryEvent.Reviewed said => said.PullRequest.Number,
            _ => null,
        };
        if (ignored.Answer is not { } answer || page is not { } number || await RefusalAsync(context, input, policy) is not null)
            return;
        var (repository, sender) = (input.Event.Repository, input.Event.Sender);
        await Patience.ProblemOf(context.CallAnswerCommandAsync(new(new IssueRef(repository, number), input.Event.Key, sender.Login, OnPullRequest: null, answer)));
    }

    /// <returns>Null: who did it may.</returns>
    private static async Task<string?> RefusalAsync(TaskOrchestrationContext context, EventDelivery input, RepositoryPolicy policy)
    {
        if (input.IsByOperator || EventRules.IsFact(input.Event))
            return null;
        var asked = context.CallAuthoriseAsync(new(input.Event.Repository, input.Event.Sender, policy));
        var authorisation = await Patience.ProblemOf(asked) is { } problem ? Authorise.Unanswered(input.Event.Sender, problem) : await asked;
        return authorisation.Allowed ? null : authorisation.Reason;
    }

    /// <returns>Null: the flow ended meanwhile, so it must be decided anew.</returns>
    private static Task<EventReceipt?> ActAsync(TaskOrchestrationContext context, EventDelivery input, PolicySnapshot policy, FlowSearch found, EventDecision decision, DateTimeOffset at) => decision switch
    {
        EventDecision.Start start => StartAsync(context, input, policy, found, start, at),
        EventDecision.Raise raise => RaiseAsync(context, input.Event, found.OpenFlowId!, raise),
        _ => throw new InvalidOperationException($"No such decision: {decision}."),
    };

    private static async Task<EventReceipt?> StartAsync(TaskOrchestrationContext context, EventDelivery input, PolicySnapshot policy, FlowSearch found, EventDecision.Start start, DateTimeOffset at)
    {
        var flow = new FlowState
        {
            FlowId = found.NextFlowId,
            Generation = found.NextGeneration,
            Repository = input.Event.Repository,
            Issue = start.Issue,
            Requester = input.Event.Sender,
            AskedAt = input.IsByOperator ? null : at,
            Policy = policy.Policy,
            PolicyCommit = policy.Commit,
            PolicyProblem = start.PolicyProblem,
            SeenEvents = [input.Event.Key],
            StaysOpen = input.MoreFollow,
        };
        await context.CallStartFlowAsync(flow);
        await ReactAsync(context, input.Event);
        return new EventReceipt(flow.FlowId, Started: true, start.Why);
    }

    private static async Task<EventReceipt?> RaiseAsync(TaskOrchestrationContext context, RepositoryEvent received, string flowId, EventDecision.Raise raise)
    {
        await context.CallRaiseOnFlowAsync(new(flowId, raise.News with { Repository = received.Repository }));
        await ReactAsync(context, received);
        for (var wait = FirstLook; ; wait = Longer(wait))
        {
            switch (await context.CallWasHeardAsync(new(flowId, raise.News.Key)))
            {
                case Hearing.Heard:
                    return new EventReceipt(flowId, Started: false, raise.What);
                case Hearing.Never:
                    return null;
            }

            await context.CreateTimer(wait, CancellationToken.None);
        }
    }

    private static async Task ReactAsync(TaskOrchestrationContext context, RepositoryEvent received)
    {
        var comment = received switch
        {
            RepositoryEvent.Commented said => new RemarkRef(said.Comment.Id, IsAtLine: false),
            RepositoryEvent.ReviewCommented said => new RemarkRef(said.Comment.Id, IsAtLine: true),
            _ => null,
        };
        if (comment is { Comment.Value.Length: > 0 })
            await Patience.ProblemOf(context.CallReactToCommandAsync(new(received.Repository, comment, Reaction.Eyes)));
    }
}
