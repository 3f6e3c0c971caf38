using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>
/// The code that an orchestrator runs, as far as it can be seen from its own assembly:
/// <code>
///   RunAsync and what the class overrides ─┐
///   its constructors and initialisers     ─┼─► each method, property and constructor that is named there
///   a lambda given to AddOrchestratorFunc ─┘     and has its source in this compilation, each once, and so on
/// </code>
/// A method that is only named, as in <c>Select(Rules.Decide)</c>, is followed as if it was called. What is behind an interface
/// or in another assembly is not seen.
/// </summary>
internal sealed class OrchestratorCode
{
    private readonly Compilation _compilation;
    private readonly CancellationToken _cancellation;
    private readonly HashSet<ISymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly Queue<IOperation> _open = new();

    private OrchestratorCode(Compilation compilation, CancellationToken cancellation) => (_compilation, _cancellation) = (compilation, cancellation);

    public static bool IsOrchestrator(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Class && type.AllInterfaces.Any(one => EngineNames.Is(one, EngineNames.OrchestratorInterface));

    /// <summary>All operations that an orchestrator class runs, each once.</summary>
    public static IEnumerable<IOperation> Of(INamedTypeSymbol orchestrator, Compilation compilation, CancellationToken cancellation)
    {
        var code = new OrchestratorCode(compilation, cancellation);
        foreach (var member in orchestrator.GetMembers())
            code.Enter(member);
        return code.Walk();
    }

    /// <summary>All operations that a function given to AddOrchestratorFunc runs, each once.</summary>
    public static IEnumerable<IOperation> Of(IOperation function, Compilation compilation, CancellationToken cancellation)
    {
        var code = new OrchestratorCode(compilation, cancellation);
        code._open.Enqueue(function);
        return code.Walk();
    }

    private void Enter(ISymbol member)
    {
        switch (member)
        {
            case IMethodSymbol { MethodKind: MethodKind.Constructor } or IMethodSymbol { Name: "RunAsync" }:
            case IMethodSymbol { IsOverride: true } method when !OverridesObject(method):
                Follow(member);
                break;
            case IFieldSymbol { IsStatic: false } or IPropertySymbol { IsStatic: false }:
                foreach (var syntax in member.DeclaringSyntaxReferences)
                    Open(Initializer(syntax.GetSyntax(_cancellation)));
                break;
        }
    }

    private IEnumerable<IOperation> Walk()
    {
        while (_open.Count > 0)
        {
            foreach (var operation in Within(_open.Dequeue()))
            {
                _cancellation.ThrowIfCancellationRequested();
                yield return operation;
                foreach (var named in Named(operation))
                    Follow(named);
            }
        }
    }

    /// <summary>An operation and its parts. What <c>nameof</c> names is not run; a local function that was followed already is not run twice.</summary>
    private IEnumerable<IOperation> Within(IOperation operation)
    {
        var open = new Stack<IOperation>();
        open.Push(operation);
        while (open.Count > 0)
        {
            var next = open.Pop();
            if (next is INameOfOperation || (next is ILocalFunctionOperation local && next != operation && !_seen.Add(local.Symbol)))
                continue;
            yield return next;
            foreach (var part in next.ChildOperations.Reverse())
                open.Push(part);
        }
    }

    private static IEnumerable<ISymbol> Named(IOperation operation) => operation switch
    {
        IInvocationOperation call => [call.TargetMethod],
        IMethodReferenceOperation reference => [reference.Method],
        IObjectCreationOperation { Constructor: { } constructor } => [constructor],
        IPropertyReferenceOperation { Property: var property } => new ISymbol?[] { property.GetMethod, property.SetMethod }.OfType<ISymbol>(),
        _ => [],
    };

    private void Follow(ISymbol symbol)
    {
        var method = (symbol as IMethodSymbol)?.ReducedFrom ?? symbol;
        method = (method.OriginalDefinition as IMethodSymbol)?.PartialImplementationPart ?? method.OriginalDefinition;
        if (!SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, _compilation.Assembly) || !_seen.Add(method))
            return;
        foreach (var syntax in method.DeclaringSyntaxReferences)
            Open(syntax.GetSyntax(_cancellation));
    }

    private void Open(SyntaxNode? code)
    {
        // Primary constructors and records are declared by their whole type, which is no operation.
        if (code is null or TypeDeclarationSyntax || !_compilation.ContainsSyntaxTree(code.SyntaxTree))
            return;
#pragma warning disable RS1030 // A call is followed into another file; a model that the analysis would hand us is only ever that of one file.
        if (_compilation.GetSemanticModel(code.SyntaxTree).GetOperation(code, _cancellation) is { } operation)
            _open.Enqueue(operation);
#pragma warning restore RS1030
    }

    private static SyntaxNode? Initializer(SyntaxNode member) => member switch
    {
        VariableDeclaratorSyntax field => field.Initializer,
        PropertyDeclarationSyntax property => property.Initializer,
        _ => null,
    };

    private static bool OverridesObject(IMethodSymbol method)
    {
        while (method.OverriddenMethod is { } overridden)
            method = overridden;
        return method.ContainingType.SpecialType == SpecialType.System_Object;
    }
}
