namespace ClaudeCluster.DurableTask.Client;

/// <summary>Statuses as such, and not as words.</summary>
public static class StartOrchestrationOptionsExtensions
{
    /// <inheritdoc cref="StartOrchestrationOptions.DedupeStatuses"/>
    public static StartOrchestrationOptions WithDedupeStatuses(this StartOrchestrationOptions options, params OrchestrationRuntimeStatus[] dedupeStatuses) =>
        options with { DedupeStatuses = [.. dedupeStatuses.Select(status => status.ToString())] };
}
