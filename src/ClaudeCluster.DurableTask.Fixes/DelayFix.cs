using ClaudeCluster.DurableTask.Generators.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Fixes;

/// <summary><c>Task.Delay(time)</c> is <c>context.CreateTimer(time, CancellationToken.None)</c>; a token that was given stays.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
internal sealed class DelayFix() : Fix(RuleBook.Delay, "Use context.CreateTimer")
{
    protected override (ExpressionSyntax? Old, ExpressionSyntax? New) Replace(ExpressionSyntax found, SemanticModel model)
    {
        if (CallOf(found) is not { } call
            || model.GetOperation(call) is not IInvocationOperation { TargetMethod: { Name: "Delay", ContainingType.Name: "Task" } } delay
            || ContextInScope.At(found, model) is not { } context)
            return default;

        string? time = null, token = $"{NameOf("System.Threading.CancellationToken", found, model)}.None";
        foreach (var argument in delay.Arguments)
        {
            var text = argument.Value.Syntax.ToString();
            switch (argument.Parameter?.Name)
            {
                case "delay": time = text; break;
                case "millisecondsDelay": time = $"{NameOf("System.TimeSpan", found, model)}.FromMilliseconds({text})"; break;
                case "cancellationToken": token = text; break;
                default: return default; // A TimeProvider: whose clock is meant, a person knows.
            }
        }

        return time is null ? default : (call, SyntaxFactory.ParseExpression($"{context}.CreateTimer({time}, {token})"));
    }
}
