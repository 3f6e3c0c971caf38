using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>A call of a task by a name that the compiler knows.</summary>
/// <param name="Input">The type of what it is given; null: nothing, or something without a type.</param>
/// <param name="Output">What it is asked for; null: nothing.</param>
internal sealed record CallByName(string Name, ITypeSymbol? Input, ITypeSymbol? Output, Location Place)
{
    public static CallByName? Read(IInvocationOperation call)
    {
        if (call.TargetMethod.Name is not ("CallActivityAsync" or "CallSubOrchestratorAsync")
            || !TypeReach.Upwards(call.TargetMethod.ContainingType).Any(type => EngineNames.Is(type, EngineNames.Context))
            || NameIn(call) is not { } name)
            return null;
        var input = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "input");
        return new CallByName(
            name.Text,
            input is null ? null : WithoutConversions(input.Value).Type,
            call.TargetMethod.TypeArguments.FirstOrDefault(),
            name.Operation.Syntax.GetLocation());
    }

    /// <summary>The constant name among a call's arguments; null: none is.</summary>
    public static (string Text, IOperation Operation)? NameIn(IInvocationOperation call)
    {
        var argument = call.Arguments.FirstOrDefault(one => EngineNames.Is(one.Parameter?.Type, EngineNames.TaskName));
        return argument is not null && WithoutConversions(argument.Value) is { ConstantValue: { HasValue: true, Value: string text } } name ? (text, name) : null;
    }

    private static IOperation WithoutConversions(IOperation value)
    {
        while (value is IConversionOperation { IsImplicit: true } conversion)
            value = conversion.Operand;
        return value;
    }
}
