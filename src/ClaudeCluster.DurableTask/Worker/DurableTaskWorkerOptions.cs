namespace ClaudeCluster.DurableTask.Worker;

/// <summary>How a worker works. Each number is good as it is.</summary>
public sealed record DurableTaskWorkerOptions
{
    /// <summary>Names this worker's process; unique among all that are connected.</summary>
    public required string WorkerId { get; init; }

    /// <value>Default: 100. 0 takes no steps.</value>
    public int MaximumConcurrentOrchestrations { get; init; } = 100;

    /// <value>Default: 100. 0 takes no activities.</value>
    public int MaximumConcurrentActivities { get; init; } = 100;

    /// <summary>Orchestrations kept in memory after a step, so that the next one need not replay their history.</summary>
    /// <value>Default: 1,000. 0 keeps none.</value>
    public int MaximumWarmInstances { get; init; } = 1_000;

    /// <summary>
    /// Takes work of every name, and fails what it has no code for. Without it the worker takes only names that its registry has, and
    /// work of other names waits for another worker.
    /// </summary>
    /// <value>Default: false.</value>
    public bool TakesAnyName { get; init; }

    /// <summary>Which versions this worker takes, and what its sub-orchestrations are.</summary>
    /// <value>Default: every version that its registry has code for.</value>
    public VersioningOptions? Versioning { get; init; }

    /// <summary>
    /// How long running work may go on after the worker was told to stop; then <see cref="DurableActivityContext.Stopping"/> fires. Its leases
    /// are kept meanwhile, so this may be longer than they are.
    /// </summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an activity may take to stop after that; then it is abandoned.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What a failure keeps of an exception besides its type, message and causes.</summary>
    /// <value>Default: nothing.</value>
    public ExceptionProperties? ExceptionProperties { get; init; }

    /// <summary>How inputs and outputs become text. The client must use the same.</summary>
    public DataConverter DataConverter { get; init; } = JsonDataConverter.Default;
}
