namespace ClaudeCluster.Orchestrations;

public sealed record EventToJudge(RepositoryEvent Event, RepositoryPolicy Policy, FlowSearch Flows);

/// <summary><see cref="EventRules"/> as an activity, so that history remembers what was decided when the rules change.</summary>
[DurableTask]
public sealed class DecideOnEvent : TaskActivity<EventToJudge, EventDecision>
{
    public override Task<EventDecision> RunAsync(TaskActivityContext context, EventToJudge input)
    {
        var decision = EventRules.Decide(input.Event, input.Policy, isFlowOpen: input.Flows.OpenFlowId is not null);
        return Task.FromResult(decision switch
        {
            EventDecision.Start when input.Flows.IsLate => new EventDecision.Ignore("The event is older than the end of the issue's last flow: it was delivered late."),
            EventDecision.Raise { News: FlowNews.Stopped or FlowNews.Commanded } when input.Flows.IsBeforeOpenFlow => new EventDecision.Ignore("The event is older than the flow that is open: it was delivered late."),
            EventDecision.Ignore ignored when input.Flows.OpenFlowId is null && EventRules.CommandOf(input.Event) is { } command =>
                ignored with { Answer = CommandAnswers.WithoutFlow(command, ignored.Why, input.Flows.LastWords) },
            _ => decision,
        });
    }
}
