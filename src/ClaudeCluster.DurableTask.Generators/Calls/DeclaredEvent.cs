using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>A type with <c>[DurableEvent]</c>, as text.</summary>
/// <inheritdoc cref="DeclaredTask"/>
internal sealed record DeclaredEvent(string Name, string CallName, string Namespace, string Type, bool IsPublic)
{
    /// <returns>Null if no call can be written; <paramref name="problem"/> says why.</returns>
    public static DeclaredEvent? Read(INamedTypeSymbol type, AttributeData attribute, out string? problem)
    {
        problem = TypeReach.Outwards(type).Any(one => one.IsGenericType) ? "is generic, so it is no one event"
            : !TypeReach.IsReachable(type) ? "cannot be reached from other files of its assembly, so no call can name it"
            : null;
        if (problem is not null)
            return null;

        var name = DeclaredTask.NameIn(attribute) ?? type.Name;
        return new DeclaredEvent(
            name,
            SyntaxFacts.IsValidIdentifier(name) ? name : type.Name,
            DeclaredTask.NamespaceOf(type),
            type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            TypeReach.IsPublic(type));
    }
}
