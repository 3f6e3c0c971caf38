using ClaudeCluster.DurableTask.Client;

namespace ClaudeCluster.Runner;

/// <summary>An orchestration of ours failed; the cause is in its failure details.</summary>
internal sealed class OrchestrationFailedException(OrchestrationMetadata ended)
    : Exception($"{ended.Name} {ended.InstanceId} ended as {ended.RuntimeStatus}: {ended.FailureDetails?.ErrorMessage}")
{
    public TaskFailureDetails? Details { get; } = ended.FailureDetails;
}

internal static class OrchestrationOutput
{
    /// <exception cref="BadInputException">It failed because of an input that a person can mend.</exception>
    /// <exception cref="OrchestrationFailedException">It failed otherwise.</exception>
    public static T ReadOutputOrThrow<T>(this OrchestrationMetadata ended)
    {
        if (ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed)
            return ended.ReadOutputAs<T>()!;
        throw new OrchestrationFailedException(ended);
    }
}
