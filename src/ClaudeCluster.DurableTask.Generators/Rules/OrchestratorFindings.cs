using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>What the rules say to each operation of an orchestrator.</summary>
internal sealed class OrchestratorFindings(Compilation compilation)
{
    private readonly BannedMembers _banned = new(compilation);

    /// <param name="code">All that the orchestrator runs.</param>
    /// <param name="orchestrator">Its name, for what is found outside of its own text.</param>
    /// <param name="own">Its own text.</param>
    public IEnumerable<Diagnostic> In(IEnumerable<IOperation> code, string orchestrator, IReadOnlyCollection<SyntaxReference> own)
    {
        foreach (var operation in code)
        {
            var (rule, found) = Judge(operation);
            if (rule is null)
                continue;
            var place = operation.Syntax;
            var isOwn = own.Any(text => text.SyntaxTree == place.SyntaxTree && text.Span.Contains(place.Span));
            yield return rule.At(Place(place), found, isOwn ? "" : $"The orchestrator '{orchestrator}' runs this code.");
        }
    }

    private (Rule? Rule, string Found) Judge(IOperation operation) => operation switch
    {
        ILoopOperation loop when EndlessLoop.IsOne(loop) => (RuleBook.EndlessLoop, "A loop without end in an orchestrator"),
        IInvocationOperation call when LeavesContext(call) => (RuleBook.LeavesContext, "'ConfigureAwait(false)' in an orchestrator"),
        IInvocationOperation call => Judge(call.TargetMethod, call.Instance?.Type),
        IMethodReferenceOperation reference => Judge(reference.Method, reference.Instance?.Type),
        IObjectCreationOperation { Constructor: { } constructor } => Judge(constructor, receiver: null),
        IPropertyReferenceOperation { Property: var property } reference =>
            IsMutableStatic(property) ? (RuleBook.StaticState, Quoted(property)) : Judge(property, reference.Instance?.Type),
        IFieldReferenceOperation { Field: var field } reference =>
            IsMutableStatic(field) ? (RuleBook.StaticState, Quoted(field)) : Judge(field, reference.Instance?.Type),
        _ => default,
    };

    private (Rule? Rule, string Found) Judge(ISymbol member, ITypeSymbol? receiver) => (_banned.Find(member, receiver), Quoted(member));

    private static bool LeavesContext(IInvocationOperation call) =>
        call.TargetMethod.Name == "ConfigureAwait"
        && call.Arguments.LastOrDefault()?.Value.ConstantValue is { HasValue: true, Value: false or (int and (0 or 2 or 4 or 6)) };

    private static bool IsMutableStatic(IFieldSymbol field) =>
        field is { IsStatic: true, IsConst: false, IsReadOnly: false } && field.ContainingType.TypeKind != TypeKind.Enum;

    /// <summary>Of this assembly only: what a framework's setter is for, its authors know.</summary>
    private bool IsMutableStatic(IPropertySymbol property) =>
        property is { IsStatic: true, SetMethod: not null } && SymbolEqualityComparer.Default.Equals(property.ContainingAssembly, compilation.Assembly);

    private static string Quoted(ISymbol member) => member is IMethodSymbol { MethodKind: MethodKind.Constructor }
        ? $"'new {member.ContainingType.Name}'"
        : $"'{member.ContainingType.Name}.{member.Name}'";

    /// <summary>The words that are wrong, rather than all of their arguments.</summary>
    private static Location Place(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" } member } call =>
            Location.Create(call.SyntaxTree, Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(member.Name.SpanStart, call.Span.End)),
        InvocationExpressionSyntax call => call.Expression.GetLocation(),
        WhileStatementSyntax loop => loop.WhileKeyword.GetLocation(),
        ForStatementSyntax loop => loop.ForKeyword.GetLocation(),
        DoStatementSyntax loop => loop.DoKeyword.GetLocation(),
        _ => node.GetLocation(),
    };
}
