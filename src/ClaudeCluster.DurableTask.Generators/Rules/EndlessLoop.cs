using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>
/// A loop that only its own body could end, and whose body neither ends it nor continues as new. A loop with a way out is
/// left alone: it is bounded by what its author knows.
/// </summary>
internal static class EndlessLoop
{
    public static bool IsOne(ILoopOperation loop) => HasNoCondition(loop) && !loop.Body.DescendantsAndSelf().Any(operation => EndsIt(operation, loop));

    private static bool HasNoCondition(ILoopOperation loop) => loop switch
    {
        IWhileLoopOperation { ConditionIsUntil: false } whileLoop => whileLoop.Condition?.ConstantValue is { HasValue: true, Value: true },
        IForLoopOperation forLoop => forLoop.Condition is null or { ConstantValue: { HasValue: true, Value: true } },
        _ => false,
    };

    private static bool EndsIt(IOperation operation, ILoopOperation loop) => operation switch
    {
        IInvocationOperation { TargetMethod.Name: "ContinueAsNew" } => true,
        IReturnOperation or IThrowOperation => IsOfTheSameFunction(operation, loop),
        IBranchOperation { BranchKind: BranchKind.Break } branch => SymbolEqualityComparer.Default.Equals(branch.Target, loop.ExitLabel),
        IBranchOperation { BranchKind: BranchKind.GoTo } => true,
        _ => false,
    };

    /// <summary>The return of a lambda inside of the loop does not leave the loop.</summary>
    private static bool IsOfTheSameFunction(IOperation operation, ILoopOperation loop)
    {
        for (var outer = operation.Parent; outer is not null && outer != loop; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
                return false;
        }

        return true;
    }
}
