using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary>The orchestration context that a place in the code can name.</summary>
internal static class ContextInScope
{
    /// <returns>Null if there is none: then no fix is offered, for a person must hand the context in first.</returns>
    public static string? At(SyntaxNode place, SemanticModel model)
    {
        var context = model.LookupSymbols(place.SpanStart)
            .Where(symbol => symbol is IParameterSymbol or ILocalSymbol or IFieldSymbol && TypeReach.Upwards(TypeOf(symbol)).Any(type => EngineNames.Is(type, EngineNames.Context)))
            .OrderBy(symbol => symbol is not IParameterSymbol)
            .ThenBy(symbol => symbol.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return context?.Name;
    }

    private static ITypeSymbol? TypeOf(ISymbol symbol) => symbol switch
    {
        IParameterSymbol parameter => parameter.Type,
        ILocalSymbol local => local.Type,
        IFieldSymbol field => field.Type,
        _ => null,
    };
}
