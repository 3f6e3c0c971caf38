using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>A worker's offer in the protocol's words.</summary>
internal static class WorkRequest
{
    private static readonly HashSet<TaskName> NoNames = [];

    /// <summary>Such an offer cannot be made on the wire, where a list of nothing means everything.</summary>
    public static bool TakesNothing(WorkerOffer offer) =>
        (offer.StepRoom == 0 || offer.Orchestrations is { Count: 0 }) && (offer.ActivityRoom == 0 || offer.Activities is { Count: 0 });

    /// <summary>"steps" or "activities" if the offer has room for one kind only.</summary>
    public static string? OnlyKind(WorkerOffer offer) => (offer.StepRoom, offer.ActivityRoom) switch
    {
        (0, > 0) => "activities",
        ( > 0, 0) => "steps",
        _ => null,
    };

    public static Proto.GetWorkItemsRequest Of(WorkerOffer offer)
    {
        var request = new Proto.GetWorkItemsRequest
        {
            MaxConcurrentOrchestrationWorkItems = offer.StepRoom,
            MaxConcurrentActivityWorkItems = offer.ActivityRoom,
            Capabilities = { Proto.WorkerCapability.HistoryStreaming },
        };
        if (offer.Orchestrations is null && offer.Activities is null)
            return request;
        request.WorkItemFilters = new();
        request.WorkItemFilters.Orchestrations.AddRange((offer.Orchestrations ?? NoNames).Select(name => new Proto.OrchestrationFilter { Name = name.Name }));
        request.WorkItemFilters.Activities.AddRange((offer.Activities ?? NoNames).Select(name => new Proto.ActivityFilter { Name = name.Name }));
        return request;
    }
}
