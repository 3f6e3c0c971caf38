namespace ClaudeCluster.DurableTask;

/// <summary>When and how often a failed task is tried again. The delays are durable timers.</summary>
public sealed class RetryPolicy
{
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one attempt, a negative interval, or a coefficient below 1.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRetryInterval ?? TimeSpan.Zero, TimeSpan.Zero);
        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>All attempts, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    /// <value>Default: 1, the same delay each time.</value>
    public double BackoffCoefficient { get; }

    /// <value>Default: one hour.</value>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>No attempt is begun later than this after the first.</summary>
    /// <value>Default: no limit.</value>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Says whether this failure is worth another attempt.</summary>
    /// <value>Default: every failure is.</value>
    public Func<TaskFailureDetails, bool> HandleFailure { get; init; } = static _ => true;
}

/// <summary>What a retry handler is told.</summary>
public sealed record RetryContext(
    TaskOrchestrationContext OrchestrationContext,
    int LastAttemptNumber,
    TaskFailureDetails LastFailure,
    TimeSpan TotalRetryTime,
    CancellationToken CancellationToken);

/// <summary>Decides at once whether to try again.</summary>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>Decides whether to try again; may await durable work, such as a timer that is the delay.</summary>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);

/// <summary>A retry policy or a retry handler.</summary>
public sealed class TaskRetryOptions
{
    public TaskRetryOptions(RetryPolicy policy) => Policy = policy;

    public TaskRetryOptions(AsyncRetryHandler handler) => Handler = handler;

    public RetryPolicy? Policy { get; }

    public AsyncRetryHandler? Handler { get; }

    public static implicit operator TaskRetryOptions(RetryPolicy policy) => new(policy);

    public static implicit operator TaskRetryOptions(AsyncRetryHandler handler) => new(handler);

    public static implicit operator TaskRetryOptions(RetryHandler handler) => new(context => Task.FromResult(handler(context)));
}
