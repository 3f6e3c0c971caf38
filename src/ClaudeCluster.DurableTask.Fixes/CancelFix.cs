using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary><c>await source.CancelAsync()</c> is <c>source.Cancel()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
internal sealed class CancelFix() : Fix(RuleBook.Cancellation, "Use Cancel()")
{
    protected override (ExpressionSyntax? Old, ExpressionSyntax? New) Replace(ExpressionSyntax found, SemanticModel model)
    {
        if (CallOf(found) is not { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "CancelAsync" } member } call)
            return default;
        // A task that somebody keeps is not a statement, and Cancel() returns none.
        ExpressionSyntax whole = call.Parent is AwaitExpressionSyntax awaited ? awaited : call;
        return whole.Parent is ExpressionStatementSyntax ? (whole, SyntaxFactory.ParseExpression($"{member.Expression}.Cancel()")) : default;
    }
}
