namespace ClaudeCluster.Agent;

/// <summary>Runs the test commands itself, whatever the coder says about them, on a clean checkout of the commit.</summary>
/// <remarks>
/// What the coder wrote runs here as the agent's user. It gets no secret in its environment and a home of its own, but until it runs in a
/// sandbox it can read and write whatever that user can: our git folders, other attempts, the hub's file, the network. So nothing of it is
/// believed afterwards but its exit code and output, and the agent's user should own nothing else.
/// </remarks>
public sealed class Verify(AgentOptions options, TimeProvider time)
{
    private const int TailBytes = 4096;

    /// <summary>In order, until one fails. Never throws because of a command.</summary>
    public async Task<IReadOnlyList<Verification>> RunAsync(
        Workspace workspace, CommitId commit, IReadOnlyList<TestCommand> policy, TimeSpan limit, CancellationToken cancellationToken)
    {
        // The checkout itself is short, and what was measured is worth more than the moment.
        var folder = await workspace.CheckOutAsync(commit, CancellationToken.None);
        var verified = new List<Verification>();
        foreach (var test in TestCommands.For(policy, folder))
        {
            verified.Add(await RunAsync(test, folder, workspace, limit, cancellationToken));
            if (!verified[^1].Passed)
                break;
        }
        workspace.RemoveCheckOut();
        return verified;
    }

    private async Task<Verification> RunAsync(PlannedTest test, string folder, Workspace workspace, TimeSpan limit, CancellationToken cancellationToken)
    {
        var result = await ChildProcess.RunAsync(
            new ChildCommand
            {
                Program = "sh",
                Arguments = ["-c", test.Command],
                Folder = folder,
                Environment = AttemptEnvironment.For(options, workspace.TestScratch),
                Mark = workspace.Mark,
                WallTime = limit,
                TailBytes = TailBytes,
            },
            time,
            cancellationToken);
        var tail = result.End switch
        {
            ChildEnd.NotStarted => result.Reason!,
            ChildEnd.TimedOut => $"{result.Both}\n(stopped after {limit})",
            _ => result.Both,
        };
        return new Verification(test.Command, result.End == ChildEnd.Exited ? result.ExitCode : null, result.Duration, tail, test.Source);
    }
}
