using System.CommandLine;
using System.Globalization;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Runner;

/// <summary>One look at the machine.</summary>
/// <param name="Ok">False: work of the kind that <paramref name="Needed"/> names cannot be done.</param>
/// <param name="Needed">True: nothing works without it. False: only the real Claude Code, or the work on GitHub, needs it.</param>
/// <param name="Fix">What to do; null if nothing.</param>
internal sealed record Check(string Name, bool Ok, bool Needed, string Detail, string? Fix);

/// <summary><c>claude-cluster doctor</c>: what this machine has and lacks, each problem with its fix.</summary>
internal static class DoctorCommand
{
    private const long LittleDisk = 1L << 30;
    private const string Coordinator = "coordinator";
    private const string Agent = "agent";
    private const string Run = "run";

    public static Command Create(CommandLine.Invocation invocation)
    {
        var hub = new Option<string?>("--hub") { Description = "A hub file to look at.", HelpName = "FILE" };
        var role = new Option<string?>("--for")
        {
            Description = "Looks only for what this PC needs to be the coordinator's, to be an agent's, or for 'run'. Default: for all of it.",
            HelpName = $"{Coordinator}|{Agent}|{Run}",
        };
        role.AcceptOnlyFromAmong(Coordinator, Agent, Run);
        var gitHub = new GitHubChoice();
        var command = new Command(
            "doctor",
            "Looks for git, Claude Code and its login, the sandbox's programs, disk and hub file, and says how to mend what is missing.\n"
            + "With a login for GitHub it asks there which permissions are missing for what; GITHUB_REPOSITORIES says where to look.\n"
            + "Nothing is changed, and no other request leaves this machine. Exit code 3 if something is missing.\n\n"
            + "Example: claude-cluster doctor --for coordinator")
        {
            hub, role,
        };
        gitHub.AddTo(command);
        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var chosen = parsed.GetValue(role);
            var checks = new List<Check>();
            if (chosen is not Coordinator)
                checks.AddRange([await GitAsync(host, cancellationToken), await ClaudeAsync(host, cancellationToken), await SandboxCheck.LookAsync(host, isNeeded: false, cancellationToken)]);
            checks.Add(Disk(host));
            if (parsed.GetValue(hub) is { } file)
                checks.Add(Hub(host.FullPath(file)));
            if (chosen is null or Coordinator)
                checks.AddRange(await GitHubChecks.LookAsync(() => gitHub.Open(parsed, host), ReconcilerChoice.Listed(host), isExpected: chosen is not null, cancellationToken));
            return Report(checks, chosen, output);
        });
    }

    private static async Task<Check> GitAsync(HostEnvironment host, CancellationToken cancellationToken)
    {
        try
        {
            return new Check("git", Ok: true, Needed: true, $"git {await host.Git().ReadVersionAsync(cancellationToken)}", Fix: null);
        }
        catch (HostNotReadyException missing)
        {
            return new Check("git", Ok: false, Needed: true, missing.Detail, missing.Fix);
        }
    }

    private static async Task<Check> ClaudeAsync(HostEnvironment host, CancellationToken cancellationToken)
    {
        ClaudeInstallation found;
        try
        {
            found = await ClaudeSetup.InspectAsync(host, [], isSandboxed: true, cancellationToken);
        }
        catch (HostNotReadyException missing)
        {
            return new Check("claude", Ok: false, Needed: false, missing.Detail, missing.Fix);
        }

        return found.Problem switch
        {
            null => new Check("claude", Ok: true, Needed: false, $"Claude Code {found.Version} at {found.Location.Program} ({found.Location.Source}), logged in", Fix: null),
            AttemptOutcome.HostNotReady missing => new Check("claude", Ok: false, Needed: false, missing.Detail, missing.Fix),
            AttemptOutcome.NotAuthenticated missing => new Check(
                "claude", Ok: false, Needed: false, $"Claude Code {found.Version} at {found.Location.Program}: {missing.Detail}", "Check with 'claude auth status'."),
            AttemptOutcome other => new Check("claude", Ok: false, Needed: false, OutcomeText.Describe(other), "Run 'claude --version' and 'claude auth status'."),
        };
    }

    private static Check Disk(HostEnvironment host)
    {
        var folder = host.StateFolder;
        while (!Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder)!;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} GB free at {folder}");
        return free >= LittleDisk
            ? new Check("disk", Ok: true, Needed: true, detail, Fix: null)
            : new Check("disk", Ok: false, Needed: true, detail, "Make room: clones and build output need at least 1 GB.");
    }

    private static Check Hub(string file)
    {
        try
        {
            using var hub = SqliteHubReader.Open(file);
            return new Check("hub", Ok: true, Needed: true, $"{file} can be read", Fix: null);
        }
        catch (HubFileException bad)
        {
            return new Check("hub", Ok: false, Needed: true, $"{bad.Path}: {Failures.Sentence(bad.Reason)}", bad.Fix);
        }
    }

    private static ExitCode Report(List<Check> checks, string? role, Output output)
    {
        output.Answer(new { Ok = checks.TrueForAll(check => check.Ok), Checks = checks });
        foreach (var check in checks)
        {
            if (check.Ok)
                output.Good($"{check.Name}: {check.Detail}");
            else
                output.Bad($"{check.Name}: {check.Detail}");
            if (check.Fix is { } fix)
                output.Line($"    {fix}");
        }

        var isReady = checks.TrueForAll(check => check.Ok);
        if (role is not null)
            output.Line($"{(isReady ? "Ready" : "Not ready")} {role switch { Coordinator => "to be the coordinator's PC", Agent => "to be an agent's PC", _ => "for 'run'" }}.");
        if (isReady)
            return ExitCode.Done;
        if (role is not null)
            return ExitCode.HostNotReady;
        output.Line();
        output.Line(checks.Exists(check => !check.Ok && check.Needed)
            ? "This machine is not ready."
            : "Ready for 'demo', 'dry-run' and scripted runs. The real Claude Code, and the work on GitHub, need what is missing above.");
        return ExitCode.HostNotReady;
    }
}
