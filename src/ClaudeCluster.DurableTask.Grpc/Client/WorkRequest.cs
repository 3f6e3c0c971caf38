using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>A worker's offer in the protocol's words.</summary>
internal static class WorkRequest
{
    /// <exception cref="ArgumentException">The protocol has no word for "any of one kind, none of the other".</exception>
    public static Proto.GetWorkItemsRequest Of(WorkerOffer offer)
    {
        var request = new Proto.GetWorkItemsRequest
        {
            MaxConcurrentOrchestrationWorkItems = offer.StepRoom,
            MaxConcurrentActivityWorkItems = offer.ActivityRoom,
            Capabilities = { Proto.WorkerCapability.HistoryStreaming },
        };
        // A room of 0 means on the wire that the hub decides.
        IReadOnlySet<TaskName>? orchestrations = offer.StepRoom == 0 ? new HashSet<TaskName>() : offer.Orchestrations;
        IReadOnlySet<TaskName>? activities = offer.ActivityRoom == 0 ? new HashSet<TaskName>() : offer.Activities;
        if (orchestrations is null && activities is null)
            return request;
        if (orchestrations is { Count: 0 } && activities is { Count: 0 })
            throw new ArgumentException("This worker has no code for anything. Register an orchestrator or an activity with it.", nameof(offer));
        if (orchestrations is null || activities is null)
            throw new ArgumentException("A worker of a remote hub takes any task, or names those that it takes; not the one for orchestrators and the other for activities.", nameof(offer));
        request.WorkItemFilters = new();
        request.WorkItemFilters.Orchestrations.AddRange(orchestrations.Select(name => new Proto.OrchestrationFilter { Name = name.Name }));
        request.WorkItemFilters.Activities.AddRange(activities.Select(name => new Proto.ActivityFilter { Name = name.Name }));
        return request;
    }
}
