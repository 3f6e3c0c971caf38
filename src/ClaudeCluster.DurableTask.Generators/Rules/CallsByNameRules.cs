using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>
/// The rules 2001 to 2003: calls by name, compared with the tasks of the same assembly. Tasks are known by their class and
/// attribute, and by their registration; of a name that means several tasks nothing is said.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class CallsByNameRules : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [RuleBook.InputDiffers.Descriptor, RuleBook.OutputDiffers.Descriptor, RuleBook.UnknownName.Descriptor];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var known = new KnownTasks();
            var calls = new ConcurrentBag<CallByName>();
            start.RegisterSymbolAction(symbol => known.AddClass((INamedTypeSymbol)symbol.Symbol), SymbolKind.NamedType);
            start.RegisterOperationAction(
                operation =>
                {
                    var call = (IInvocationOperation)operation.Operation;
                    known.AddRegistration(call, operation.Compilation.Assembly);
                    if (CallByName.Read(call) is { } byName)
                        calls.Add(byName);
                },
                OperationKind.Invocation);
            start.RegisterCompilationEndAction(end =>
            {
                foreach (var finding in calls.SelectMany(call => Judge(call, known, end.Compilation)))
                    end.ReportDiagnostic(finding);
            });
        });
    }

    private static IEnumerable<Diagnostic> Judge(CallByName call, KnownTasks known, Compilation compilation)
    {
        var tasks = known.Find(call.Name);
        if (tasks.Count == 0 && known.AreAll && !known.IsRegistered(call.Name))
            yield return RuleBook.UnknownName.At(call.Place, $"The call of '{call.Name}'");
        if (tasks.Count != 1)
            yield break;

        var (input, output) = tasks[0];
        // Of an object the compiler does not know what it is; as a result it is what asks for nothing.
        if (call.Input is { SpecialType: not SpecialType.System_Object } given && !compilation.ClassifyCommonConversion(given, input).IsImplicit)
            yield return RuleBook.InputDiffers.At(call.Place, $"'{call.Name}' takes {Text(input)} and is given {Text(given)}");
        if (call.Output is { SpecialType: not SpecialType.System_Object } taken && !compilation.ClassifyCommonConversion(output, taken).IsImplicit)
            yield return RuleBook.OutputDiffers.At(call.Place, $"'{call.Name}' gives {Text(output)} and is asked for {Text(taken)}");
    }

    private static string Text(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
