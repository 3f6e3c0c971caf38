namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>
/// The class that registers all tasks of an assembly. It is internal, since each assembly has its own; a library that others
/// register gives them a method with a name of its own.
/// </summary>
internal static class RegistrationText
{
    public const string ClassName = "GeneratedDurableTasks", MethodName = "AddAllGeneratedTasks";

    public static string Write(string engine, List<DeclaredTask> tasks)
    {
        var code = new CodeText().Line(CallsText.Header).Line("#nullable enable").Line();
        code.Line($"namespace {engine}").Open();
        code.Line("/// <summary>The tasks of this assembly.</summary>")
            .Line("[global::System.CodeDom.Compiler.GeneratedCode(\"ClaudeCluster.DurableTask\", null)]")
            .Line($"internal static class {ClassName}")
            .Open();
        code.Line($"/// <summary>Registers each class of this assembly that has <see cref=\"global::{engine}.{EngineNames.TaskAttribute}\"/>.</summary>")
            .Line($"public static global::{engine}.{EngineNames.Registry} {MethodName}(this global::{engine}.{EngineNames.Registry} registry) => registry");
        var ordered = tasks.OrderBy(task => task.Kind).ThenBy(task => task.Name, StringComparer.Ordinal).ThenBy(task => task.Version, StringComparer.Ordinal).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            var add = ordered[i].Kind == TaskKind.Orchestrator ? "AddOrchestrator" : "AddActivity";
            code.More($".{add}<{ordered[i].Type}>({CodeText.Literal(ordered[i].Name)}){(i == ordered.Count - 1 ? ";" : "")}");
        }

        return code.Close().Close().ToString();
    }
}
