using System.CommandLine;
using ClaudeCluster.Agent;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster agent</c>: this PC takes tasks.</summary>
internal static class AgentCommand
{
    public const string Name = "agent";

    public static Command Create(CommandLine.Invocation invocation)
    {
        var config = new Option<string?>("--config") { Description = "The agent's configuration. Default: agent.yml in this folder.", HelpName = "FILE" };
        var once = new Option<bool>("--once") { Description = "Take one task and end; end with code 0 if none comes." };
        var patience = new Option<int>("--once-patience") { Description = "For how many seconds --once waits for a task.", HelpName = "SECONDS", DefaultValueFactory = _ => 60 };
        var check = new Option<bool>("--check") { Description = "Look whether this PC is ready, tell all that is missing, and end." };
        var hub = new Option<string?>("--hub") { Description = "The hub, if it is not the one of the configuration.", HelpName = "CONNECTION" };
        var coder = CoderChoice.Option();
        var command = new Command(
            Name,
            "Makes this PC an agent: it takes tasks of its specialties, edits with its own Claude Code, tests, and pushes work branches, until it is stopped.\n"
            + "The first Ctrl-C or SIGTERM lets running tasks end for a while and hands back the rest; the second hands back at once.\n\n"
            + "Example: claude-cluster agent --config /opt/claude-agent/config/agent.yml\n"
            + "Example: claude-cluster agent --config agent.yml --check\n\n"
            + "Exit codes of --once: 0 nothing to do or a result that was asked for, 1 the attempt failed, 3 this PC is not ready, 130 handed back.")
        {
            config, once, patience, check, hub, coder,
        };
        return invocation.With(command, async (parsed, output, _) =>
        {
            var host = invocation.Host;
            var place = AgentPlace.Read(parsed.GetValue(config), parsed.GetValue(hub), host);
            var choice = CoderChoice.Parse(parsed.GetValue(coder)!, host);
            if (parsed.GetValue(check))
                return AgentChecks.Report(await new AgentChecks(place, choice, host).RunAsync(CancellationToken.None), output);
            var redact = AgentRedaction.Of(place.Secrets);
            using var job = ActionsConsole.Begin(place.Job, output.IsJson ? invocation.StandardError : invocation.StandardOutput, place.Secrets);
            var logging = place.Settings.Logging;
            using var file = new RollingFile(Path.Combine(place.LogFolder, "agent.log"), logging.MostBytes, logging.Files, redact);
            using var logs = new AgentLogs(output, file, LineLogs.LevelOf(CommandLine.Invocation.IsDebug(parsed) ? "DEBUG" : logging.Level, LogLevel.Information), redact, host.Time);
            using var signals = new StopSignals();
            var slots = new Slots(Path.Combine(place.StateFolder, "slots"), place.Settings.Slots, host.Time);
            if (parsed.GetValue(once))
            {
                await using var session = new AgentSession(place, choice, OnePlace.TaskPlaceAsync, host, logs, signals);
                var done = await AgentOnce.RunAsync(session, new OnePlace(slots), host, TimeSpan.FromSeconds(parsed.GetValue(patience)));
                return OnceReport.Tell(done, place, output, job, redact);
            }

            await using (var session = new AgentSession(place, choice, slots.TakeAsync, host, logs, signals))
                return await new AgentDaemon(session, host, output).RunAsync();
        });
    }
}
