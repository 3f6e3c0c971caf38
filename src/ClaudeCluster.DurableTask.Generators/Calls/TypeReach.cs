using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>Who may write the name of a type.</summary>
internal static class TypeReach
{
    /// <summary>The type as generated code writes it: complete, with its question marks.</summary>
    public static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>Other assemblies may write it.</summary>
    public static bool IsPublic(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsPublic(array.ElementType),
        INamedTypeSymbol named => Outwards(named).All(one => one.DeclaredAccessibility == Accessibility.Public) && named.TypeArguments.All(IsPublic),
        _ => true,
    };

    /// <summary>Other files of its own assembly may write it.</summary>
    public static bool IsReachable(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsReachable(array.ElementType),
        INamedTypeSymbol named => Outwards(named).All(one => !one.IsFileLocal && IsReachable(one.DeclaredAccessibility)) && named.TypeArguments.All(IsReachable),
        _ => true,
    };

    /// <summary>Code that stands outside the type may use the member.</summary>
    public static bool IsReachable(Accessibility accessibility) =>
        accessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal or Accessibility.NotApplicable;

    /// <summary>The type and the types that it stands in.</summary>
    public static IEnumerable<INamedTypeSymbol> Outwards(INamedTypeSymbol type)
    {
        for (var next = type; next is not null; next = next.ContainingType)
            yield return next;
    }

    /// <summary>The type and those it derives from.</summary>
    public static IEnumerable<INamedTypeSymbol> Upwards(ITypeSymbol? type)
    {
        for (var next = type as INamedTypeSymbol; next is not null; next = next.BaseType)
            yield return next;
    }
}
