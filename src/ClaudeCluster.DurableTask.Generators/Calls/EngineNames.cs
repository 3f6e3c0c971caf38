namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>What of the engine is known by name: generator and rules run in a compiler and have no reference to it.</summary>
internal static class EngineNames
{
    public const string Namespace = "ClaudeCluster.DurableTask";

    public const string TaskAttribute = Namespace + ".DurableTaskAttribute";
    public const string EventAttribute = Namespace + ".DurableEventAttribute";

    public const string Orchestrator = Namespace + ".TaskOrchestrator`2";
    public const string Activity = Namespace + ".TaskActivity`2";
    public const string OrchestratorInterface = Namespace + ".ITaskOrchestrator";

    public const string Context = Namespace + ".TaskOrchestrationContext";
    public const string Registry = Namespace + ".DurableTaskRegistry";
    public const string TaskOptions = Namespace + ".TaskOptions";
}
