using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>The rules 0001 to 0012, over all code that orchestrators run. A line that two orchestrators reach is reported for each.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class OrchestratorRules : DiagnosticAnalyzer
{
    private static readonly string[] LoggerTypes = ["ILogger", "ILoggerFactory"];

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. RuleBook.All.Where(rule => string.CompareOrdinal(rule.Id, "CCDT1000") < 0).Select(rule => rule.Descriptor)];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (EngineNames.NamespaceIn(start.Compilation) is null)
                return;
            var findings = new OrchestratorFindings(start.Compilation);
            start.RegisterSymbolAction(symbol => CheckClass(symbol, findings), SymbolKind.NamedType);
            start.RegisterOperationAction(operation => CheckFunction(operation, findings), OperationKind.Invocation);
        });
    }

    private static void CheckClass(SymbolAnalysisContext context, OrchestratorFindings findings)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!OrchestratorCode.IsOrchestrator(type))
            return;
        foreach (var parameter in type.InstanceConstructors.SelectMany(constructor => constructor.Parameters).Where(parameter => LoggerTypes.Contains(parameter.Type.Name)))
            context.ReportDiagnostic(RuleBook.Logger.At(parameter.Locations[0], $"The logger '{parameter.Name}' in an orchestrator"));
        foreach (var finding in findings.In(OrchestratorCode.Of(type, context.Compilation, context.CancellationToken), type.Name, type.DeclaringSyntaxReferences))
            context.ReportDiagnostic(finding);
    }

    private static void CheckFunction(OperationAnalysisContext context, OrchestratorFindings findings)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name != "AddOrchestratorFunc" || !EngineNames.Is(call.TargetMethod.ContainingType, EngineNames.Registry))
            return;
        var name = CallByName.NameIn(call)?.Text ?? "a function";
        var own = call.Syntax.GetReference();
        foreach (var function in call.Arguments.Select(argument => argument.Value).OfType<IDelegateCreationOperation>())
        {
            foreach (var finding in findings.In(OrchestratorCode.Of(function, context.Compilation, context.CancellationToken), name, [own]))
                context.ReportDiagnostic(finding);
        }
    }
}
