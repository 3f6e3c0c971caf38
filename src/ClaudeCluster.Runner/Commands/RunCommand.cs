using System.CommandLine;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster run</c>: one issue, in this process, on a local repository, for real.</summary>
internal static class RunCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var eventFile = new Option<string>("--event")
        {
            Description = "A GitHub 'issues' event: the webhook's body, or the file that GITHUB_EVENT_PATH names.",
            HelpName = "FILE",
            Required = true,
        };
        var repository = new Option<string>("--repo")
        {
            Description = "The local repository. The branch and its commits appear there; your work tree is not touched.",
            HelpName = "PATH",
            Required = true,
        };
        var again = new Option<bool>("--again")
        {
            Description = "Begin anew with an issue whose last flow has ended, on a branch of its own.",
        };
        var elsewhere = HubConnection.Choice.Create("Keep the flow in a hub elsewhere instead of a file.");
        var agentsElsewhere = new Option<bool>("--agents-elsewhere")
        {
            Description = "With --hub: leave the work to the agents that listen to that hub; they must reach this repository.",
        };
        var coder = CoderChoice.Option();
        var state = LocalRepository.StateOption();
        var command = new Command(
            "run",
            "Works on one issue for real: an agent edits a clone, the project's own tests run, and the branch, the pull request and the\n"
            + "comment appear in the repository and in files beside it.\n\n"
            + "It may be killed at any moment: call it again with the same arguments, and it goes on where it was.\n\n"
            + "Example: claude-cluster run --event event.json --repo . --coder claude\n"
            + "Example: claude-cluster run --event event.json --repo . --hub 127.0.0.1:4001")
        {
            eventFile,
            repository,
            coder,
            again,
            state,
            agentsElsewhere,
        };
        elsewhere.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(agentsElsewhere) && result.GetValue(elsewhere.Hub) is null)
                result.AddError("--agents-elsewhere needs --hub: without it nobody else can take the work.");
        });
        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var received = await EventSource.ReadFileAsync(host.FullPath(parsed.GetValue(eventFile)!), cancellationToken);
            if (parsed.GetValue(again))
                received = EventSource.Again(received, host.Time.GetUtcNow());
            var local = await LocalRepository.OpenAsync(host.FullPath(parsed.GetValue(repository)!), host, cancellationToken);
            var given = parsed.GetValue(state);
            var run = new LocalRun(local, local.StateFolder(given, host), local.AgentRoot(given, host), CoderChoice.Parse(parsed.GetValue(coder)!, host), host, output)
            {
                Elsewhere = elsewhere.Read(parsed, host),
                AgentsAreElsewhere = parsed.GetValue(agentsElsewhere),
            };
            return await run.WorkOnAsync(received, cancellationToken);
        });
    }
}
