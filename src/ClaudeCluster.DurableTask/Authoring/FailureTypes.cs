namespace ClaudeCluster.DurableTask;

/// <summary>The words that <see cref="TaskFailureDetails.ErrorType"/> uses for the engine's own failures.</summary>
public static class FailureTypes
{
    /// <summary>The worker that ran the activity is gone, and its tag <see cref="TaskTags.OnLostWorker"/> says that this fails it.</summary>
    public const string WorkerLost = "ClaudeCluster.DurableTask.WorkerLost";

    /// <summary>No code is registered under the name.</summary>
    public const string TaskNotFound = "ClaudeCluster.DurableTask.TaskNotFound";

    /// <summary>The code no longer does what its history says it did.</summary>
    public const string NonDeterministic = "ClaudeCluster.DurableTask.NonDeterministicOrchestration";

    /// <summary>The code awaits something that is not durable, so that it could never go on.</summary>
    public const string NotDurable = "ClaudeCluster.DurableTask.NotDurable";

    /// <summary>The history cannot be read, or not be run over at all.</summary>
    public const string NotReplayable = "ClaudeCluster.DurableTask.NotReplayable";

    /// <summary>A step, or an activity, was delivered too often without ever being completed.</summary>
    public const string Poisoned = "ClaudeCluster.DurableTask.PoisonedOrchestration";

    /// <summary>The task is of a version that the worker does not take, and it was told to fail such tasks.</summary>
    public const string VersionMismatch = "ClaudeCluster.DurableTask.VersionMismatch";

    /// <summary>An input, output, status or name is longer than the hub takes.</summary>
    public const string TooLarge = "ClaudeCluster.DurableTask.TooLarge";

    /// <summary>The sub-orchestration was terminated.</summary>
    public const string Terminated = "ClaudeCluster.DurableTask.Terminated";

    /// <summary>The id asked for the sub-orchestration belongs to another instance.</summary>
    public const string AlreadyExists = "ClaudeCluster.DurableTask.AlreadyExists";
}
