namespace ClaudeCluster.DurableTask.Worker;

/// <summary>Says whether a worker takes a task of this version.</summary>
internal sealed class VersionRules(DurableTaskRegistry registry, DurableTaskWorkerOptions options)
{
    private readonly VersioningOptions _versioning = options.Versioning ?? new VersioningOptions();

    public TaskVersion DefaultVersion => _versioning.DefaultVersion;

    /// <summary>True if what does not match is to wait for another worker.</summary>
    public bool Rejects => _versioning.FailureStrategy == VersionFailureStrategy.Reject;

    /// <summary>Why this worker does not take the orchestration; null if it does. A name that it does not know at all is no matter of versions.</summary>
    public TaskFailureDetails? RefuseOrchestrator(TaskName name, TaskVersion version)
    {
        if (!Matches(version))
            return Mismatch($"The orchestration's version '{version}' does not match the worker's version '{_versioning.Version}' ({_versioning.MatchStrategy}).");
        return registry.LacksOrchestratorVersion(name, version) ? NoCode("orchestrator", name, version) : null;
    }

    /// <summary>Why this worker does not take the activity; null if it does.</summary>
    public TaskFailureDetails? RefuseActivity(TaskName name, TaskVersion version) =>
        registry.LacksActivityVersion(name, version) ? NoCode("activity", name, version) : null;

    private bool Matches(TaskVersion version) => _versioning.MatchStrategy switch
    {
        VersionMatchStrategy.Strict => VersionOrder.Compare(version, _versioning.Version) == 0,
        VersionMatchStrategy.CurrentOrOlder => VersionOrder.Compare(version, _versioning.Version) <= 0,
        _ => true,
    };

    /// <summary>A worker that takes any name fails what it has no code for, and says so in its own words.</summary>
    private TaskFailureDetails? NoCode(string kind, TaskName name, TaskVersion version) => options.TakesAnyName
        ? null
        : Mismatch($"This worker has code for the {kind} '{name}', but not for its version '{version}'.");

    private static TaskFailureDetails Mismatch(string message) => new(FailureTypes.VersionMismatch, message) { IsNonRetriable = true };
}
