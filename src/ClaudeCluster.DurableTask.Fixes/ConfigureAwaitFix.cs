using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary><c>ConfigureAwait(false)</c> goes away.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
internal sealed class ConfigureAwaitFix() : Fix(RuleBook.LeavesContext, "Remove ConfigureAwait(false)")
{
    protected override (ExpressionSyntax? Old, ExpressionSyntax? New) Replace(ExpressionSyntax found, SemanticModel model) =>
        CallOf(found) is { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" } member, Parent: AwaitExpressionSyntax } call
            ? (call, member.Expression)
            : default;
}
