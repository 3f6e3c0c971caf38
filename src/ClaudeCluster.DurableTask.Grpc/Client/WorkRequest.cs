using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>A worker's offer in the protocol's words.</summary>
internal static class WorkRequest
{
    private static readonly HashSet<TaskName> NoNames = [];

    /// <summary>A worker without code. Its offer cannot be made on the wire, where a list of nothing means everything.</summary>
    public static bool HasNoNames(WorkerOffer offer) => offer is { Orchestrations.Count: 0, Activities.Count: 0 };

    /// <summary>The kind that there is room for, if it is not both.</summary>
    public static string? OnlyKind(WorkerOffer offer) => (offer.StepRoom, offer.ActivityRoom) switch
    {
        (0, 0) => "nothing",
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
