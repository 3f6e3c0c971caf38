using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary><c>Guid.NewGuid()</c> is <c>context.NewGuid()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
internal sealed class NewGuidFix() : Fix(RuleBook.NewGuid, "Use context.NewGuid()")
{
    protected override (ExpressionSyntax? Old, ExpressionSyntax? New) Replace(ExpressionSyntax found, SemanticModel model) =>
        CallOf(found) is { } call
        && model.GetSymbolInfo(call).Symbol is IMethodSymbol { Name: "NewGuid" }
        && ContextInScope.At(found, model) is { } context
            ? (call, SyntaxFactory.ParseExpression($"{context}.NewGuid()"))
            : default;
}
