using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>Something that orchestrator code asked for in a step, in the order in which it asked. A closed family.</summary>
public abstract record OrchestratorAction
{
    private OrchestratorAction()
    {
    }

    /// <summary>Run an activity.</summary>
    public sealed record ScheduleTask(int TaskId, string Name, string Version, string? Input, IReadOnlyDictionary<string, string>? Tags) : OrchestratorAction
    {
        /// <summary>The trace that this is a part of; null if there is none.</summary>
        public TraceContext? Trace { get; init; }
    }

    /// <summary>Start a sub-orchestration.</summary>
    public sealed record StartSubOrchestration(
        int TaskId, string InstanceId, string Name, string Version, string? Input, IReadOnlyDictionary<string, string>? Tags) : OrchestratorAction
    {
        /// <summary>The trace that this is a part of; null if there is none.</summary>
        public TraceContext? Trace { get; init; }
    }

    /// <summary>Wake me at this instant.</summary>
    public sealed record CreateTimer(int TaskId, DateTimeOffset FireAt) : OrchestratorAction;

    /// <summary>Send an event to another orchestration.</summary>
    public sealed record SendEvent(int TaskId, string InstanceId, string Name, string? Input) : OrchestratorAction;

    /// <summary>The code returned. Always the last action.</summary>
    public sealed record Complete(string? Output) : OrchestratorAction;

    /// <summary>The code threw, or can no longer be run. Always the last action.</summary>
    public sealed record Fail(TaskFailureDetails Failure) : OrchestratorAction;

    /// <summary>Begin again; events that nobody has waited for go along. Always the last action.</summary>
    public sealed record ContinueAsNew(string? Input, IReadOnlyList<EventRaised> CarriedEvents) : OrchestratorAction
    {
        /// <summary>The version from now on; null if it stays.</summary>
        public string? NewVersion { get; init; }

        /// <summary>The trace that the execution is a part of, for the next one.</summary>
        public TraceContext? Trace { get; init; }
    }

    /// <summary>The answer to a rewind: the history from now on. If its last step has no end, its events are delivered again. Always the only action.</summary>
    public sealed record Rewind(IReadOnlyList<HistoryEvent> NewHistory) : OrchestratorAction;
}
