using System.CommandLine;
using System.Globalization;
using ClaudeCluster.Coordinator;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster status</c>: where the flows of a coordinator stand, or one of them.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var connection = new CoordinatorConnection();
        var id = new Argument<string?>("FLOW") { Description = "A flow's id, such as issue-1-12-1. Without it, all are listed.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Those that have ended too." };
        var command = new Command(
            "status",
            "Shows where flows stand: phase, attempts, what they wait for, pull request. CLAUDE_CLUSTER_TOKEN holds the operator's token.\n\n"
            + "Example: claude-cluster status issue-186853002-12-1")
        {
            id, all,
        };
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            using var coordinator = connection.Open(parsed, invocation.Host);
            if (parsed.GetValue(id) is { } flow)
                Show(output, await coordinator.SendAsync<FlowState>(HttpMethod.Get, $"api/flows/{Uri.EscapeDataString(flow)}", null, cancellation));
            else
                List(output, await coordinator.SendAsync<FlowList>(HttpMethod.Get, parsed.GetValue(all) ? "api/flows?all=true" : "api/flows", null, cancellation));
            return ExitCode.Done;
        });
    }

    private static void List(Output output, FlowList list)
    {
        output.Answer(list);
        foreach (var flow in list.Flows)
        {
            var attempts = string.Create(CultureInfo.InvariantCulture, $"{flow.Attempts} attempt{(flow.Attempts == 1 ? string.Empty : "s")}");
            output.Line($"{flow.Id} · {flow.Repository}#{flow.Issue} · {flow.Title} · {Phase(flow.Phase)} · {attempts}{Rest(flow.WaitsFor, flow.WaitsUntil, flow.Question, flow.PullRequest)}");
        }

        if (list.Flows.Count == 0)
            output.Line("No flow is open. An issue that gets the trigger label starts one.");
    }

    private static void Show(Output output, FlowState flow)
    {
        output.Answer(flow);
        output.Heading($"{flow.Repository.FullName}#{flow.Issue.Number} {flow.Issue.Title}");
        output.Line($"{flow.FlowId} · {Phase(flow.Phase)} · asked for by {flow.Requester.Login}{Rest(flow.WaitsFor, flow.WaitsUntil, flow.Question ?? flow.EndReason, flow.PullRequest?.Url)}");
        foreach (var reason in flow.Routing?.Reasons ?? [])
            output.Line($"Routed to {flow.Routing!.Specialty?.Value ?? "nobody"}: {reason}");
        foreach (var attempt in flow.Attempts)
        {
            var end = attempt.Result is { } result
                ? string.Create(CultureInfo.InvariantCulture, $"{result.Agent}: {OutcomeText.Describe(result.Outcome)} · {result.Usage.Turns} turns, ${result.Usage.Usd:0.00}")
                : "under way";
            output.Line(string.Create(CultureInfo.InvariantCulture, $"Attempt {attempt.Number}, from {attempt.StartedAt:yyyy-MM-dd HH:mm} UTC, {end}"));
        }
    }

    private static string Phase(FlowPhase phase) => phase == FlowPhase.NeedsHuman ? "needs a person" : phase.ToString().ToLowerInvariant();

    private static string Rest(string? waitsFor, DateTimeOffset? until, string? question, string? pullRequest) =>
        (waitsFor is null ? string.Empty : $" · waits: {waitsFor}{(until is { } at ? at.ToString("', until 'yyyy-MM-dd HH:mm' UTC'", CultureInfo.InvariantCulture) : string.Empty)}")
        + (question is null ? string.Empty : $" · {question}")
        + (pullRequest is null ? string.Empty : $" · {pullRequest}");
}
