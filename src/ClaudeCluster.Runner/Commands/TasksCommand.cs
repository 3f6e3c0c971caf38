using System.CommandLine;
using System.Globalization;
using ClaudeCluster.Coordinator;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster tasks</c>: who works on what.</summary>
internal static class TasksCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var connection = new CoordinatorConnection();
        var all = new Option<bool>("--all") { Description = "Those of flows that have ended too." };
        var command = new Command(
            "tasks",
            "Lists the tasks of a coordinator: specialty, attempt, agent, last outcome. CLAUDE_CLUSTER_TOKEN holds the operator's token.\n\n"
            + "Example: claude-cluster tasks --all")
        {
            all,
        };
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            using var coordinator = connection.Open(parsed, invocation.Host);
            var list = await coordinator.SendAsync<TaskList>(HttpMethod.Get, parsed.GetValue(all) ? "api/tasks?all=true" : "api/tasks", null, cancellation);
            output.Answer(list);
            foreach (var task in list.Tasks)
                output.Line(Describe(task));
            if (list.Tasks.Count == 0)
                output.Line("There is no task.");
            return ExitCode.Done;
        });
    }

    private static string Describe(TaskEntry task) => string.Create(
        CultureInfo.InvariantCulture,
        $"#{task.Issue} {task.Title} · {task.Specialty} · attempt {task.Attempt}{(task.Agent is { } agent ? $" by {agent}" : string.Empty)}{(task.Outcome is { } outcome ? $" · {outcome}" : string.Empty)}");
}
