using System.Collections.Concurrent;
using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Generators.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>The rules 1001 to 1003: what the generator had to leave out, and why.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class DeclarationRules : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [RuleBook.NoTask.Descriptor, RuleBook.NoEvent.Descriptor, RuleBook.NameTaken.Descriptor];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var tasks = new ConcurrentDictionary<DeclaredTask, INamedTypeSymbol>();
            var events = new ConcurrentDictionary<DeclaredEvent, INamedTypeSymbol>();
            start.RegisterSymbolAction(symbol => Check(symbol, tasks, events), SymbolKind.NamedType);
            start.RegisterCompilationEndAction(end =>
            {
                Report(end, tasks.Values, NameClash.FirstOfEachName(tasks.Keys.ToList()).Select(task => task.Type));
                Report(end, events.Values, NameClash.FirstOfEachName(events.Keys.ToList()).Select(one => one.Type));
            });
        });
    }

    private static void Check(
        SymbolAnalysisContext context, ConcurrentDictionary<DeclaredTask, INamedTypeSymbol> tasks, ConcurrentDictionary<DeclaredEvent, INamedTypeSymbol> events)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        foreach (var attribute in type.GetAttributes())
        {
            string? problem = null;
            if (EngineNames.Is(attribute.AttributeClass, EngineNames.TaskAttribute))
            {
                if (DeclaredTask.Read(type, attribute, out problem) is { } task)
                    tasks[task] = type;
                else
                    context.ReportDiagnostic(RuleBook.NoTask.At(type.Locations[0], $"The task '{type.Name}' {problem}"));
            }
            else if (EngineNames.Is(attribute.AttributeClass, EngineNames.EventAttribute))
            {
                if (DeclaredEvent.Read(type, attribute, out problem) is { } one)
                    events[one] = type;
                else
                    context.ReportDiagnostic(RuleBook.NoEvent.At(type.Locations[0], $"The event '{type.Name}' {problem}"));
            }
        }
    }

    private static void Report(CompilationAnalysisContext context, IEnumerable<INamedTypeSymbol> declared, IEnumerable<string> called)
    {
        var taken = called.ToImmutableHashSet(StringComparer.Ordinal);
        foreach (var late in declared.Where(type => !taken.Contains(type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat))))
            context.ReportDiagnostic(RuleBook.NameTaken.At(late.Locations[0], $"The name of '{late.Name}' is taken"));
    }
}
