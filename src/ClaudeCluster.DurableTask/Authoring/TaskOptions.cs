namespace ClaudeCluster.DurableTask;

/// <summary>How an activity or sub-orchestration is scheduled.</summary>
public record TaskOptions
{
    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null)
    {
        Retry = retry;
        Tags = tags;
    }

    /// <summary>When to try again.</summary>
    /// <value>Default: never.</value>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Data for the hub and its people; the code never sees it. See <see cref="TaskTags"/> for the ones the hub reads.</summary>
    public IDictionary<string, string>? Tags { get; init; }

    /// <summary>The version asked for.</summary>
    /// <value>Default: activities inherit the orchestration's version.</value>
    public TaskVersion? Version { get; init; }

    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}

/// <summary>How a sub-orchestration is scheduled.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
        : base(retry) => InstanceId = instanceId;

    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
        : base(options) => InstanceId = instanceId;

    /// <summary>The instance id of the child.</summary>
    /// <value>Default: derived from the parent's execution and the call's number.</value>
    public string? InstanceId { get; init; }
}

/// <summary>How an orchestration is started.</summary>
public record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
{
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public TaskVersion? Version { get; init; }

    /// <summary>Statuses of an existing instance with this id that refuse the start. One of another status is replaced, an open one is terminated first.</summary>
    /// <value>Default: every status, so an id is used once.</value>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}

/// <summary>Tags that this hub reads. Other hubs ignore them.</summary>
public static class TaskTags
{
    /// <summary>What becomes of an activity whose worker is lost: <c>retry</c> (default: it runs again) or <c>fail</c>.</summary>
    public const string OnLostWorker = "durabletask.lost-worker";

    public const string Fail = "fail";

    /// <summary>
    /// How much ahead of others an activity goes, in whole seconds: <c>3600</c> before all that was scheduled up to an hour earlier. Below
    /// zero others go first. At most a day either way.
    /// </summary>
    public const string Priority = "durabletask.priority";
}
