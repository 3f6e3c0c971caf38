using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>What a step did, in as many messages as it takes: all but the last say that they are parts.</summary>
internal static class CompletionParts
{
    public static IReadOnlyList<Proto.OrchestratorResponse> Of(StepCompletion completion, int mostBytes)
    {
        List<Proto.OrchestratorResponse> parts = [NewPart(completion)];
        var bytes = 0;
        foreach (var action in completion.Actions.Select(action => ActionMapping.ToProto(action, completion.Item.InstanceId)))
        {
            var more = action.CalculateSize();
            if (bytes > 0 && bytes + more > mostBytes)
            {
                parts.Add(NewPart(completion));
                bytes = 0;
            }

            parts[^1].Actions.Add(action);
            bytes += more;
        }

        if (parts.Count > 1)
            Number(parts);
        parts[^1].CustomStatus = completion.CustomStatus;
        return parts;
    }

    private static Proto.OrchestratorResponse NewPart(StepCompletion completion) =>
        new() { InstanceId = completion.Item.InstanceId, CompletionToken = completion.Item.Token, OrchestrationTraceContext = new() };

    /// <summary>All events count as taken in by the first part.</summary>
    private static void Number(List<Proto.OrchestratorResponse> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            parts[i].IsPartial = i < parts.Count - 1;
            parts[i].ChunkIndex = i;
            parts[i].NumEventsProcessed = i == 0 ? null : 0;
        }
    }
}
