using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>
/// What of the engine is known by name: generator and rules run in a compiler and have no reference to it. Microsoft's SDK has
/// the same names in a namespace of its own, so code that is written against it gets the same calls and the same rules.
/// </summary>
internal static class EngineNames
{
    public const string Ours = "ClaudeCluster.DurableTask", Microsofts = "Microsoft.DurableTask";

    public const string TaskAttribute = "DurableTaskAttribute";
    public const string EventAttribute = "DurableEventAttribute";

    public const string Orchestrator = "TaskOrchestrator`2";
    public const string Activity = "TaskActivity`2";
    public const string OrchestratorInterface = "ITaskOrchestrator";

    public const string Context = "TaskOrchestrationContext";
    public const string Registry = "DurableTaskRegistry";
    public const string TaskName = "TaskName";
    public const string TaskOptions = "TaskOptions";

    /// <summary>The one of the two that calls are written for: ours where it is referenced, else Microsoft's; null: neither is.</summary>
    public static string? NamespaceIn(Compilation compilation) => Knows(compilation, Ours) ? Ours : Knows(compilation, Microsofts) ? Microsofts : null;

    /// <summary>The type has this name, in either namespace.</summary>
    public static bool Is(ISymbol? symbol, string name) =>
        symbol is INamedTypeSymbol { ContainingType: null } type
        && type.MetadataName == name
        && type.ContainingNamespace.ToDisplayString() is Ours or Microsofts;

    private static bool Knows(Compilation compilation, string space) => compilation.GetTypeByMetadataName($"{space}.{OrchestratorInterface}") is not null;
}
