namespace ClaudeCluster.DurableTask.Client;

/// <summary>Which instances to list. All conditions must hold; an empty query lists everything, in the order of creation.</summary>
public sealed record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    public const int DefaultPageSize = 100;
}

/// <summary>One page of answers. A null token means that this is the last one.</summary>
public sealed record Page<T>(IReadOnlyList<T> Values, string? ContinuationToken);

/// <summary>Which ended instances to remove. Open ones are never purged.</summary>
public sealed record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>Begin no further part of the purge after so long; the result then says that it is not complete.</summary>
    /// <value>Default: no limit.</value>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How to purge.</summary>
/// <param name="Recursive">Also the ended sub-orchestrations below each purged instance.</param>
public sealed record PurgeInstanceOptions(bool Recursive = false);

/// <summary>How to terminate.</summary>
/// <param name="Output">What the ended instance has as its output.</param>
/// <param name="Recursive">Also the open sub-orchestrations below it.</param>
public sealed record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>What a purge removed.</summary>
public sealed record PurgeResult(int PurgedInstanceCount)
{
    /// <summary>False if its time was over before its work; ask again for the rest.</summary>
    public bool? IsComplete { get; init; } = true;
}
