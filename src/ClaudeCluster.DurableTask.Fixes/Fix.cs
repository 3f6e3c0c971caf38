using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary>A fix of one rule that puts one expression in the place of another. It is offered only where it is sure.</summary>
internal abstract class Fix(Rule rule, string title) : CodeFixProvider
{
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; } = [rule.Id];

    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken);
        if (root is null || model is null)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            // The rule points at the words that are wrong; the expression around them is what is replaced.
            var found = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<ExpressionSyntax>();
            var (old, replacement) = found is null ? default : Replace(found, model);
            if (old is null || replacement is null)
                continue;
            var changed = root.ReplaceNode(old, replacement.WithTriviaFrom(old).WithAdditionalAnnotations(Formatter.Annotation));
            context.RegisterCodeFix(
                CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)), equivalenceKey: title), diagnostic);
        }
    }

    /// <returns>What is replaced, and by what; nulls if a person has to decide.</returns>
    protected abstract (ExpressionSyntax? Old, ExpressionSyntax? New) Replace(ExpressionSyntax found, SemanticModel model);

    /// <summary>The name of a type, as short as the usings of the place allow.</summary>
    protected static string NameOf(string type, SyntaxNode place, SemanticModel model) =>
        model.Compilation.GetTypeByMetadataName(type)?.ToMinimalDisplayString(model, place.SpanStart) ?? type;

    /// <summary>The invocation whose called expression was found.</summary>
    protected static InvocationExpressionSyntax? CallOf(ExpressionSyntax found) =>
        found.AncestorsAndSelf().OfType<InvocationExpressionSyntax>().FirstOrDefault(call => call.Expression.Span.Contains(found.Span) || call == found);
}
