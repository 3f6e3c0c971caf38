using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>Whose flows are meant. Numeric ids survive renames.</summary>
/// <param name="EventAt">GitHub's time of the event: an event older than a flow's end is a late duplicate.</param>
public sealed record FlowAddress(long RepositoryId, int IssueNumber, DateTimeOffset EventAt)
{
    public static FlowAddress Of(IssueEvent received) => new(received.Repository.Id, received.Issue.Number, received.Issue.UpdatedAt);

    /// <summary>Before the generation in each flow id of the issue.</summary>
    public string Prefix => string.Create(CultureInfo.InvariantCulture, $"issue-{RepositoryId}-{IssueNumber}-");

    public string FlowId(int generation) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{generation}");
}

/// <summary>What flows an issue has.</summary>
/// <param name="OpenFlowId">The one that runs; null: none does.</param>
/// <param name="NextGeneration">Of the flow that would be started now.</param>
/// <param name="IsLate">The event is older than the end of the last flow.</param>
public sealed record FlowSearch(string? OpenFlowId, int NextGeneration, string NextFlowId, bool IsLate);

/// <summary>Looks for the issue's flows in the hub. The answer is kept by history: the generation is decided once.</summary>
[DurableTask]
public sealed class FindFlow(DurableTaskClient client) : TaskActivity<FlowAddress, FlowSearch>
{
    public override async Task<FlowSearch> RunAsync(TaskActivityContext context, FlowAddress input)
    {
        for (var generation = 1; ; generation++)
        {
            var id = input.FlowId(generation);
            if (await client.GetInstanceAsync(id) is not { } flow)
                return new FlowSearch(OpenFlowId: null, generation, id, IsLate: await EndedAfter(input, generation - 1));
            if (!flow.IsCompleted)
                return new FlowSearch(id, generation, id, IsLate: false);
        }
    }

    private async Task<bool> EndedAfter(FlowAddress address, int generation) =>
        generation > 0
        && await client.GetInstanceAsync(address.FlowId(generation)) is { } last
        && last.LastUpdatedAt >= address.EventAt;
}

/// <summary>Starts a flow. Twice is once: the id is the flow's own, and a start that lost the race is an event the flow has seen.</summary>
[DurableTask]
public sealed class StartFlow(DurableTaskClient client) : TaskActivity<FlowState, string>
{
    public override async Task<string> RunAsync(TaskActivityContext context, FlowState input)
    {
        // Our client refuses a taken id by itself; Microsoft's replaces an instance that has ended, unless it is told not to.
        var once = new StartOrchestrationOptions(input.FlowId) { DedupeStatuses = Enum.GetNames<OrchestrationRuntimeStatus>() };
        try
        {
            return await client.ScheduleNewIssueToPullRequestInstanceAsync(input, once);
        }
        catch (Exception)
        {
            // Each SDK refuses a taken id with an exception of its own; that the flow is there says the same in all of them.
            if (await client.GetInstanceAsync(input.FlowId) is null)
                throw;
            return input.FlowId;
        }
    }
}

public sealed record EventForFlow(string FlowId, IssueEvent Event);

/// <summary>Hands an event to a running flow. Twice is once: the flow knows the event by its key.</summary>
[DurableTask]
public sealed class RaiseOnFlow(DurableTaskClient client) : TaskActivity<EventForFlow, string>
{
    public override async Task<string> RunAsync(TaskActivityContext context, EventForFlow input)
    {
        await client.RaiseIssueEventAsync(input.FlowId, new EventDelivery(input.Event));
        return input.FlowId;
    }
}
