using ClaudeCluster.DurableTask.Client;

namespace ClaudeCluster.DurableTask.History;

/// <summary>
/// What is known of an instance without reading its history. It is the fold of that history (<see cref="Apply(HistoryEvent)"/>),
/// except for the custom status, which is kept apart so that it may change often.
/// </summary>
public sealed record InstanceState(string InstanceId, string ExecutionId, string Name)
{
    internal static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>(StringComparer.Ordinal);

    public string Version { get; init; } = string.Empty;

    public OrchestrationRuntimeStatus Status { get; init; } = OrchestrationRuntimeStatus.Pending;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>Counts the commits that changed the history: who remembers the history of this revision remembers all of it.</summary>
    public int Revision { get; init; }

    /// <summary>No step is taken before this instant.</summary>
    public DateTimeOffset? StartAt { get; init; }

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    public ParentInstance? Parent { get; init; }

    internal bool IsOpen => !Status.IsTerminal();

    internal InstanceState Apply(IEnumerable<HistoryEvent> events) => events.Aggregate(this, static (state, happened) => state.Apply(happened));

    internal InstanceState WithoutPayloads() => this with { Input = null, Output = null, CustomStatus = null };

    private InstanceState Apply(HistoryEvent happened)
    {
        var after = happened switch
        {
            ExecutionStarted started => this with
            {
                ExecutionId = started.ExecutionId,
                Name = started.Name,
                Version = started.Version,
                Input = started.Input,
                Parent = started.Parent,
                Tags = started.Tags ?? NoTags,
                Status = OrchestrationRuntimeStatus.Running,
            },
            ExecutionCompleted completed => this with { Status = completed.Status, Output = completed.Output, Failure = completed.Failure },
            ContinuedAsNew next => this with
            {
                ExecutionId = next.NewExecutionId,
                Version = next.NewVersion ?? Version,
                Input = next.Input,
                CustomStatus = null,
            },
            _ => this,
        };
        return happened.Timestamp > after.LastUpdatedAt ? after with { LastUpdatedAt = happened.Timestamp } : after;
    }
}
