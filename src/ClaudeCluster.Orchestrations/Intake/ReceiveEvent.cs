namespace ClaudeCluster.Orchestrations;

/// <summary>An event on its way to its flow. The wrapper keeps the event's kind when it is written as JSON.</summary>
[DurableEvent(nameof(IssueEvent))]
public sealed record EventDelivery(IssueEvent Event);

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
    /// <summary>The instance id under which an event is received.</summary>
    public static string InstanceId(IssueEvent received) => $"event-{received.Key}";

    public override async Task<EventReceipt> RunAsync(TaskOrchestrationContext context, EventDelivery input)
    {
        var received = input.Event;
        var policy = await context.CallReadPolicyAsync(received.Repository);
        var found = await context.CallFindFlowAsync(FlowAddress.Of(received));
        var decision = await context.CallDecideOnEventAsync(new(received, policy.Policy, found));
        if (decision is EventDecision.Ignore ignore)
            return new EventReceipt(found.OpenFlowId, Started: false, ignore.Why);

        var authorisation = await context.CallAuthoriseAsync(new(received.Repository, received.Sender, policy.Policy));
        if (!authorisation.Allowed)
            return new EventReceipt(FlowId: null, Started: false, authorisation.Reason);

        return decision switch
        {
            EventDecision.Start start => await Start(context, received, policy, found, start),
            EventDecision.Raise raise => await Raise(context, received, found, raise),
            _ => throw new InvalidOperationException($"No such decision: {decision}."),
        };
    }

    private static async Task<EventReceipt> Start(
        TaskOrchestrationContext context, IssueEvent received, PolicySnapshot policy, FlowSearch found, EventDecision.Start start)
    {
        var flow = new FlowState
        {
            FlowId = found.NextFlowId,
            Generation = found.NextGeneration,
            Repository = received.Repository,
            Issue = received.Issue,
            Requester = received.Sender,
            Policy = policy.Policy,
            PolicyCommit = policy.Commit,
            SeenEvents = [received.Key],
        };
        await context.CallStartFlowAsync(flow);
        return new EventReceipt(flow.FlowId, Started: true, start.Why);
    }

    private static async Task<EventReceipt> Raise(TaskOrchestrationContext context, IssueEvent received, FlowSearch found, EventDecision.Raise raise)
    {
        await context.CallRaiseOnFlowAsync(new(found.OpenFlowId!, received));
        return new EventReceipt(found.OpenFlowId, Started: false, raise.What);
    }
}
