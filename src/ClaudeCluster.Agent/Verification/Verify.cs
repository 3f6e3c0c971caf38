using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>Runs the test commands itself, whatever the coder says about them, on a clean checkout of the commit.</summary>
/// <remarks>
/// What the coder wrote runs here as the agent's user, in the <see cref="Sandbox"/> if the agent has one: it writes in its checkout and its own
/// scratch folder only, reads neither the agent's root nor a home, and has no network unless the options say so. Without the sandbox it can
/// do whatever that user can. Nothing of it is believed afterwards but its exit code and output.
/// </remarks>
public sealed class Verify(AgentOptions options, TimeProvider time)
{
    // Of the output: what goes into the result, and where a tool's last words about its tests are looked for.
    private const int TailBytes = 4096;
    private const int ReadBytes = 64 * 1024;

    private readonly Sandbox? _sandbox = Sandbox.Of(options, time);

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
        var command = new ChildCommand
        {
            Program = "sh",
            Arguments = ["-c", test.Command],
            Folder = folder,
            Environment = AttemptEnvironment.For(options, workspace.TestScratch),
            Mark = workspace.Mark,
            WallTime = limit,
            Resources = options.Resources,
            TailBytes = ReadBytes,
        };
        if (_sandbox is not null)
            command = await _sandbox.AroundAsync(command, ReachOf(workspace, folder), cancellationToken);
        var result = await ChildProcess.RunAsync(command, time, cancellationToken);
        if (_sandbox is not null)
            Sandbox.ThrowIfBroken(result);
        var said = Tail(result.Both);
        var tail = result.End switch
        {
            ChildEnd.NotStarted => result.Reason!,
            ChildEnd.TimedOut => $"{said}\n(stopped after {limit})",
            ChildEnd.OverLimit => $"{said}\n(stopped: {result.Reason})",
            _ => said,
        };
        return new Verification(test.Command, result.End == ChildEnd.Exited ? result.ExitCode : null, result.Duration, tail, test.Source) { Counts = TestCounting.Of(result.Both) };
    }

    /// <summary>By bytes, because that is what history counts, and never in the middle of a character.</summary>
    private static string Tail(string output)
    {
        var tail = new OutputTail(TailBytes);
        tail.Add(Encoding.UTF8.GetBytes(output));
        return tail.ToString();
    }

    private SandboxReach ReachOf(Workspace workspace, string folder) => new([folder, workspace.TestScratch])
    {
        Readable = GitFolders.Of(folder),
        Temporary = AttemptEnvironment.SystemTemporary(workspace.TestScratch),
        HasNetwork = _sandbox!.TestsHaveNetwork,
    };
}
