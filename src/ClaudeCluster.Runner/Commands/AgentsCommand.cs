using System.CommandLine;
using System.Globalization;
using ClaudeCluster.Coordinator;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster agents</c>: who may work for the cluster, asked of its coordinator.</summary>
internal static class AgentsCommand
{
    public static Command Create(CommandLine.Invocation invocation) => new(
        "agents",
        "Adds, lists, stops and revokes the agents of a coordinator. CLAUDE_CLUSTER_TOKEN holds the operator's token.\n\n"
        + "Example: claude-cluster agents add pc-3 --specialties backend,testing")
    {
        Add(invocation),
        List(invocation),
        Revoke(invocation),
        Maintenance(invocation),
    };

    private static Command Add(CommandLine.Invocation invocation)
    {
        var (name, connection) = (Name(), new CoordinatorConnection());
        var specialties = new Option<string>("--specialties") { Description = "What it is good at, comma-separated.", HelpName = "A,B", Required = true };
        var command = new Command("add", "Adds an agent, and prints its token: this once, since only its hash is kept.") { name, specialties };
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            var words = parsed.GetValue(specialties)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var asked = new AgentToAdd { Id = new AgentId(parsed.GetValue(name)!), Specialties = [.. words.Select(word => new Specialty(word))] };
            using var coordinator = connection.Open(parsed, invocation.Host);
            var added = await coordinator.SendAsync<AddedAgent>(HttpMethod.Post, "api/agents", asked, cancellation);
            output.Answer(added);
            output.Good($"{added.Id} may take tasks for {string.Join(", ", added.Specialties)}.");
            output.Line($"Its token, shown this once: {added.Token}");
            return ExitCode.Done;
        });
    }

    private static Command List(CommandLine.Invocation invocation)
    {
        var connection = new CoordinatorConnection();
        var command = new Command("list", "Lists the agents: state, tasks at once, what they work on, when they were last seen.");
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            using var coordinator = connection.Open(parsed, invocation.Host);
            var list = await coordinator.SendAsync<AgentList>(HttpMethod.Get, "api/agents", null, cancellation);
            output.Answer(list);
            foreach (var agent in list.Agents)
                output.Line(Describe(agent));
            if (list.Agents.Count == 0)
                output.Line("There is no agent yet. Add one with 'claude-cluster agents add NAME --specialties A,B'.");
            return ExitCode.Done;
        });
    }

    private static Command Revoke(CommandLine.Invocation invocation)
    {
        var (name, connection) = (Name(), new CoordinatorConnection());
        var command = new Command("revoke", "Takes an agent's token away: its connections end within seconds.") { name };
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            using var coordinator = connection.Open(parsed, invocation.Host);
            output.Answer(await coordinator.SendAsync<object>(HttpMethod.Delete, $"api/agents/{Uri.EscapeDataString(parsed.GetValue(name)!)}", null, cancellation));
            output.Good($"The token of {parsed.GetValue(name)} is worth nothing any more.");
            return ExitCode.Done;
        });
    }

    private static Command Maintenance(CommandLine.Invocation invocation)
    {
        var (name, connection) = (Name(), new CoordinatorConnection());
        var state = new Argument<string>("STATE") { Description = "on: it takes no more tasks; off: it does again." };
        state.AcceptOnlyFromAmong("on", "off");
        var command = new Command("maintenance", "Lets an agent end what it has and take no more, or go on.") { name, state };
        connection.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellation) =>
        {
            using var coordinator = connection.Open(parsed, invocation.Host);
            var isOn = parsed.GetValue(state) == "on";
            var path = $"api/agents/{Uri.EscapeDataString(parsed.GetValue(name)!)}/maintenance";
            output.Answer(await coordinator.SendAsync<object>(HttpMethod.Post, path, new MaintenanceSwitch { On = isOn }, cancellation));
            output.Good($"Maintenance of {parsed.GetValue(name)} is {(isOn ? "on" : "off")}.");
            return ExitCode.Done;
        });
    }

    private static Argument<string> Name() => new("NAME") { Description = "The agent's name, as in its configuration." };

    private static string Describe(AgentEntry agent)
    {
        var seen = agent.Connected ? "connected"
            : agent.LastSeen is { } at ? $"last seen {at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
            : "never seen";
        var work = agent.Attempts.Count == 0 ? string.Empty : $" · works on {string.Join(", ", agent.Attempts)}";
        var slots = agent.Slots is { } room ? $" · {room.ToString(CultureInfo.InvariantCulture)} at once" : string.Empty;
        return $"{agent.Id} · {agent.State} · {string.Join(", ", agent.Specialties)}{slots} · {seen}{work}{(agent.Problem is { } problem ? $" · {problem}" : string.Empty)}";
    }
}
