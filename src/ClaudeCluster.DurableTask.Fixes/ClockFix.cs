using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary><c>DateTime.UtcNow</c> is <c>context.CurrentUtcDateTime</c>. Local time is another question, which a person must answer.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
internal sealed class ClockFix() : Fix(RuleBook.Clock, "Use context.CurrentUtcDateTime")
{
    protected override (ExpressionSyntax? Old, ExpressionSyntax? New) Replace(ExpressionSyntax found, SemanticModel model)
    {
        if (model.GetSymbolInfo(found).Symbol is not IPropertySymbol { Name: "UtcNow" } property || ContextInScope.At(found, model) is not { } context)
            return default;
        var now = $"{context}.CurrentUtcDateTime";
        return property.ContainingType.Name switch
        {
            "DateTime" => (found, SyntaxFactory.ParseExpression(now)),
            // The value is UTC, so the offset becomes zero, as that of DateTimeOffset.UtcNow is.
            "DateTimeOffset" => (found, SyntaxFactory.ParseExpression($"new {NameOf("System.DateTimeOffset", found, model)}({now})")),
            _ => default,
        };
    }
}
