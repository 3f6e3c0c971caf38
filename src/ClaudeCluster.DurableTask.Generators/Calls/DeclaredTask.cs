using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ClaudeCluster.DurableTask.Generators.Calls;

internal enum TaskKind
{
    Orchestrator,
    Activity,
}

/// <summary>A class with <c>[DurableTask]</c>, as text: what a call of it needs, and no symbol that would keep a compilation alive.</summary>
/// <param name="Name">The task's name, in calls and in history.</param>
/// <param name="CallName">The name as a part of method names; the class's own, where the task's cannot be one.</param>
/// <param name="Namespace">Empty for the global one.</param>
/// <param name="Type">The class, complete with <c>global::</c>.</param>
/// <param name="IsPublic">The class, its input and its output are.</param>
/// <param name="Version">What it is registered under and what its calls ask for; null: nothing.</param>
/// <param name="HasCallOptions">The class says how it is called unless its caller does.</param>
internal sealed record DeclaredTask(
    TaskKind Kind, string Name, string CallName, string Namespace, string Type, string Input, string Output, bool IsPublic, string? Version, bool HasCallOptions)
{
    private const string CallOptions = "CallOptions";

    /// <returns>Null if no call can be written; <paramref name="problem"/> says why.</returns>
    public static DeclaredTask? Read(INamedTypeSymbol type, AttributeData attribute, out string? problem)
    {
        var shape = ShapeOf(type);
        problem = shape is null ? "derives neither from TaskOrchestrator<TInput, TOutput> nor from TaskActivity<TInput, TOutput>" : WhyNobodyCanCall(type, shape);
        if (problem is not null)
            return null;

        var (input, output) = (shape!.TypeArguments[0], shape.TypeArguments[1]);
        var name = NameIn(attribute) ?? type.Name;
        return new DeclaredTask(
            shape.Name == "TaskActivity" ? TaskKind.Activity : TaskKind.Orchestrator,
            name,
            SyntaxFacts.IsValidIdentifier(name) ? name : type.Name,
            NamespaceOf(type),
            type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            input.ToDisplayString(TypeReach.FullName),
            output.ToDisplayString(TypeReach.FullName),
            TypeReach.IsPublic(type) && TypeReach.IsPublic(input) && TypeReach.IsPublic(output),
            attribute.NamedArguments.FirstOrDefault(argument => argument.Key == "Version").Value.Value is string { Length: > 0 } version ? version : null,
            type.GetMembers(CallOptions).Any(IsCallOptions));
    }

    /// <summary>The TaskOrchestrator or TaskActivity that the class derives from, with its type arguments; null if it does not.</summary>
    public static INamedTypeSymbol? ShapeOf(ITypeSymbol type) => TypeReach.Upwards(type)
        .FirstOrDefault(up => EngineNames.Is(up.OriginalDefinition, EngineNames.Orchestrator) || EngineNames.Is(up.OriginalDefinition, EngineNames.Activity));

    /// <summary>The name that an attribute gives; null if it gives none.</summary>
    public static string? NameIn(AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0].Value is string name && !string.IsNullOrWhiteSpace(name) ? name : null;

    public static string NamespaceOf(INamedTypeSymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat).Replace("global::", "");

    private static string? WhyNobodyCanCall(INamedTypeSymbol type, INamedTypeSymbol shape) =>
        type.IsAbstract ? "is abstract, so no worker can run it"
        : TypeReach.Outwards(type).Any(one => one.IsGenericType) ? "is generic, so it is no one task"
        : !TypeReach.IsReachable(type) ? "cannot be reached from other files of its assembly, so no call can name it"
        : !shape.TypeArguments.All(TypeReach.IsReachable) ? "has an input or output that cannot be reached from other files of its assembly"
        : null;

    private static bool IsCallOptions(ISymbol member) => member.IsStatic && TypeReach.IsReachable(member.DeclaredAccessibility) && member switch
    {
        IFieldSymbol field => TypeReach.Upwards(field.Type).Any(type => EngineNames.Is(type, EngineNames.TaskOptions)),
        IPropertySymbol property => TypeReach.Upwards(property.Type).Any(type => EngineNames.Is(type, EngineNames.TaskOptions)),
        _ => false,
    };
}
