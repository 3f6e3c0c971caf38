using System.CommandLine;
using System.Globalization;
using ClaudeCluster.Coordinator;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster cancel</c>, <c>retry</c>, <c>approve</c> and their like: what a comment on the issue would say, said by the operator.</summary>
internal static class SteeringCommands
{
    public static IEnumerable<Command> Create(CommandLine.Invocation invocation)
    {
        var on = new Option<string?>("--on") { Description = "The specialty that tries. Default: as it was routed.", HelpName = "SPECIALTY" };
        var why = new Option<string>("--why") { Description = "Stands in the flow's comment.", DefaultValueFactory = _ => string.Empty, HelpName = "TEXT" };
        var usd = new Argument<decimal>("USD") { Description = "US dollars for each attempt from now on." };
        var text = new Argument<string>("TEXT") { Description = "What the coder should know." };
        yield return One(invocation, "cancel", "Ends a flow. Its attempt stops within seconds; a pull request stays open for a person.", _ => "cancel");
        yield return One(invocation, "retry", "Tries again: at once on a flow that is open, as a new flow on one that has ended.", parsed => parsed.GetValue(on) is { } specialty ? $"retry on {specialty}" : "retry", on);
        yield return One(invocation, "pause", "Stops what runs and begins nothing, until 'resume'.", _ => "pause");
        yield return One(invocation, "resume", "Lets a paused flow go on.", _ => "resume");
        yield return One(invocation, "approve", "Says yes to what a flow asks: to begin, or to take a change that breaks the repository's rules.", _ => "approve");
        yield return One(invocation, "reject", "Says no to what a flow asks, and ends it.", parsed => $"reject {parsed.GetValue(why)}".TrimEnd(), why);
        yield return One(invocation, "budget", "Sets what an attempt of the flow may cost; one that used up its budget goes on.", parsed => string.Create(CultureInfo.InvariantCulture, $"budget {parsed.GetValue(usd)}"), usd);
        yield return One(invocation, "say", "Tells the coder something: at its next turn if an attempt is under way, else with a new one.", parsed => $"please note: {parsed.GetValue(text)}", text);
    }

    private static Command One(CommandLine.Invocation invocation, string verb, string does, Func<ParseResult, string> write, Symbol? more = null)
    {
        var connection = new CoordinatorConnection();
        var id = new Argument<string>("FLOW") { Description = "The flow's id, as 'claude-cluster status' lists it." };
        var command = new Command(verb, $"{does} CLAUDE_CLUSTER_TOKEN holds the operator's token.\n\nExample: claude-cluster {verb} issue-186853002-12-1{Example(verb)}") { id };
        if (more is Option option)
            command.Options.Add(option);
        if (more is Argument argument)
            command.Arguments.Add(argument);
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            using var coordinator = connection.Open(parsed, invocation.Host);
            var answer = await coordinator.SendAsync<FlowCommandAnswer>(
                HttpMethod.Post, $"api/flows/{Uri.EscapeDataString(parsed.GetValue(id)!)}/commands", new FlowCommand(write(parsed)), cancellation);
            output.Answer(answer);
            output.Line(answer.Flow is { } flow ? $"{flow}: {answer.Reason}" : $"Nothing was done: {answer.Reason}");
            return answer.Flow is null ? ExitCode.NothingToDo : ExitCode.Done;
        });
    }

    private static string Example(string verb) => verb switch
    {
        "retry" => " --on frontend",
        "reject" => " --why \"it is a duplicate\"",
        "budget" => " 5",
        "say" => " \"keep the old name as an alias\"",
        _ => string.Empty,
    };
}
