using System.CommandLine;
using System.CommandLine.Help;

namespace ClaudeCluster.Runner;

/// <summary>The verbs of <c>claude-cluster</c>, and the one place where an error becomes a message and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>The command's own name, however it was started.</summary>
    public const string Name = "claude-cluster";

    // An argument is never replaced by a file's lines: a title may begin with '@'.
    private static readonly ParserConfiguration Words = new() { ResponseFileTokenReplacer = null };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON object on standard output; progress goes to standard error.",
        Recursive = true,
    };

    private static readonly Option<bool> Debug = new("--debug")
    {
        Description = "Print the stack trace of an unexpected error.",
        Recursive = true,
    };

    public static async Task<int> RunAsync(string[] args, HostEnvironment host, TextWriter standardOutput, TextWriter standardError, bool isTerminal)
    {
        var root = new Command(
            Name,
            "Label a GitHub issue, and a fleet of your own PCs, each with its own Claude Code, turns it into a tested pull request.\n\n"
            + "Begin with 'claude-cluster demo': it needs no account, no token and no network.\n\n"
            + "Exit codes: 0 done, 1 failed, 2 bad input, 3 this machine is not ready, 4 a person is needed, 5 nothing to do, 130 interrupted.")
        {
            Json,
            Debug,
            new HelpOption(),
            new VersionOption(),
        };
        var run = new Invocation(host, standardOutput, standardError, isTerminal);
        root.Add(DemoCommand.Create(run));
        root.Add(DryRunCommand.Create(run));
        root.Add(RunCommand.Create(run));
        root.Add(HistoryCommand.Create(run));
        root.Add(ReplayCommand.Create(run));
        root.Add(DoctorCommand.Create(run));
        root.Add(HubCommand.Create(run));
        root.Add(CoordinatorCommand.Create(run));
        root.Add(AgentsCommand.Create(run));
        root.Add(AgentCommand.Create(run));
        root.Add(TriggerCommand.Create(run));
        root.Add(LabelsCommand.Create(run));
        root.Add(StatusCommand.Create(run));
        root.Add(TasksCommand.Create(run));
        foreach (var steering in SteeringCommands.Create(run))
            root.Add(steering);

        var parsed = root.Parse(args, Words);
        if (parsed.Errors.Count > 0)
            return (int)Refuse(parsed, run);
        // Ctrl-C and SIGTERM cancel the token; ending takes as long as a child process needs to die.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = standardOutput,
            Error = standardError,
            EnableDefaultExceptionHandler = false,
            // An agent drains first, and hears the second signal too.
            ProcessTerminationTimeout = parsed.CommandResult.Command.Name == AgentCommand.Name ? null : TimeSpan.FromSeconds(30),
        });
    }

    private static ExitCode Refuse(ParseResult parsed, Invocation run)
    {
        run.OutputFor(parsed).Error("badInput", CommandLineProblems.Of(parsed));
        return ExitCode.BadInput;
    }

    /// <summary>What every command is given.</summary>
    internal sealed record Invocation(HostEnvironment Host, TextWriter StandardOutput, TextWriter StandardError, bool IsTerminal)
    {
        public Output OutputFor(ParseResult parsed) =>
            new(StandardOutput, StandardError, parsed.GetValue(Json), IsTerminal && Host.Variable("NO_COLOR") is null && Host.Variable("TERM") != "dumb");

        public static bool IsDebug(ParseResult parsed) => parsed.GetValue(Debug);

        /// <summary>Gives a command its action, with the errors of all of them turned into messages.</summary>
        public Command With(Command command, Func<ParseResult, Output, CancellationToken, Task<ExitCode>> action)
        {
            command.SetAction(async (parsed, cancellationToken) =>
            {
                // Signals are listened to only when this has returned; nothing is done before that.
                await Task.Yield();
                var output = OutputFor(parsed);
                try
                {
                    return (int)await action(parsed, output, cancellationToken);
                }
                catch (Exception failure)
                {
                    if (parsed.GetValue(Debug))
                        await StandardError.WriteLineAsync(failure.ToString());
                    return (int)Failures.Report(failure, output, cancellationToken.IsCancellationRequested);
                }
            });
            return command;
        }
    }
}
