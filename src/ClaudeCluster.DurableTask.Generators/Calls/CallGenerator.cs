using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>
/// Writes typed calls for the classes with <c>[DurableTask]</c> and the types with <c>[DurableEvent]</c>: one class for each
/// namespace, and one that registers all tasks of the assembly. What cannot be called it leaves out; <see cref="Rules.DeclarationRules"/> says so.
/// </summary>
[Generator(LanguageNames.CSharp)]
internal sealed class CallGenerator : IIncrementalGenerator
{
    /// <summary>The steps by the names under which a test looks whether they ran again.</summary>
    public const string TasksStep = "Tasks", EventsStep = "Events";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        Initialize(context, EngineNames.Ours);
        Initialize(context, EngineNames.Microsofts);
    }

    private static void Initialize(IncrementalGeneratorInitializationContext context, string engine)
    {
        var tasks = context.SyntaxProvider
            .ForAttributeWithMetadataName($"{engine}.{EngineNames.TaskAttribute}", static (_, _) => true, static (found, cancellation) =>
                DeclaredTask.Read((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0], out _))
            .Where(static task => task is not null)
            .WithTrackingName(TasksStep)
            .Collect();
        var events = context.SyntaxProvider
            .ForAttributeWithMetadataName($"{engine}.{EngineNames.EventAttribute}", static (_, _) => true, static (found, cancellation) =>
                DeclaredEvent.Read((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0], out _))
            .Where(static one => one is not null)
            .WithTrackingName(EventsStep)
            .Collect();

        // Where both are referenced, calls of Microsoft's are left to its own generator.
        var isMeant = context.CompilationProvider.Select((compilation, _) => EngineNames.NamespaceIn(compilation) == engine);

        context.RegisterSourceOutput(tasks.Combine(events).Combine(isMeant), (output, found) =>
        {
            if (found is { Right: true, Left: var declared })
                Write(output, engine, declared.Left!, declared.Right!);
        });
    }

    private static void Write(SourceProductionContext output, string engine, ImmutableArray<DeclaredTask> allTasks, ImmutableArray<DeclaredEvent> allEvents)
    {
        var tasks = NameClash.FirstOfEachName(allTasks);
        var events = NameClash.FirstOfEachName(allEvents);
        var namespaces = tasks.Select(task => task.Namespace).Concat(events.Select(one => one.Namespace)).Distinct(StringComparer.Ordinal);

        foreach (var space in namespaces.OrderBy(space => space, StringComparer.Ordinal))
        {
            var text = new CallsText(engine).Write(
                space,
                tasks.Where(task => task.Namespace == space).ToList(),
                events.Where(one => one.Namespace == space).ToList());
            Add(output, (space.Length == 0 ? "" : space.Replace("@", "") + ".") + CallsText.ClassName, text);
        }

        if (tasks.Count > 0)
            Add(output, RegistrationText.ClassName, RegistrationText.Write(engine, tasks));
    }

    private static void Add(SourceProductionContext output, string name, string text) =>
        output.AddSource(name + ".g.cs", SourceText.From(text, Encoding.UTF8));
}
