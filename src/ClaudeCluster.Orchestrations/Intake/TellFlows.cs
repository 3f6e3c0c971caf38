namespace ClaudeCluster.Orchestrations;

/// <summary>A fact that may concern several flows: a push to the base branch, a check that says only which commit it is of. Twice is once: each flow knows it by its key.</summary>
/// <returns>The flows that were told.</returns>
[DurableTask]
public sealed class TellFlows(DurableTaskClient client, IRepositoryFiles files) : TaskActivity<EventDelivery, IReadOnlyList<string>>
{
    public override async Task<IReadOnlyList<string>> RunAsync(TaskActivityContext context, EventDelivery input)
    {
        var happened = input.Event;
        if (happened is RepositoryEvent.Pushed)
            files.Forget(happened.Repository);
        var told = new List<string>();
        await foreach (var flow in client.ReadOpenFlowsAsync(happened.Repository.Id))
        {
            if (flow.PullRequest is null || !Concerns(happened, flow) || EventRules.Decide(happened, flow.Policy, isFlowOpen: true) is not EventDecision.Raise raise)
                continue;
            await client.RaiseFlowNewsAsync(flow.FlowId, new NewsDelivery(raise.News with { Repository = happened.Repository }));
            told.Add(flow.FlowId);
        }

        return told;
    }

    private static bool Concerns(RepositoryEvent happened, FlowState flow) => happened switch
    {
        RepositoryEvent.Pushed => true,
        RepositoryEvent.StatusChanged status => status.Commit == flow.Head,
        RepositoryEvent.ChecksChanged checks => checks.Commit == flow.Head,
        _ => false,
    };
}
