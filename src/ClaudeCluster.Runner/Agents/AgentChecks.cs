using System.Globalization;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary><c>agent --check</c>: whether this PC could take tasks now. Nothing is changed; hub and coordinator are asked, nobody else.</summary>
internal sealed class AgentChecks(AgentPlace place, CoderChoice choice, HostEnvironment host)
{
    private const long LittleDisk = 1L << 30;

    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellationToken)
    {
        var connections = new ConnectionChecks(place, host);
        var checks = new List<Check> { Configuration(), await GitAsync(cancellationToken), await CoderAsync(cancellationToken), await SandboxAsync(cancellationToken), Workspaces(), await connections.HubAsync(cancellationToken) };
        if (place.Settings.Limits.Resources.Processors is { } processors)
            checks.Add(await ProcessorsAsync(processors));
        if (place.Settings.CoordinatorUrl is { } coordinator)
            checks.Add(await connections.CoordinatorAsync(coordinator, cancellationToken));
        return checks;
    }

    public static ExitCode Report(IReadOnlyList<Check> checks, Output output)
    {
        var isReady = checks.All(check => check.Ok || !check.Needed);
        output.Answer(new { Ok = isReady, Checks = checks });
        foreach (var check in checks)
        {
            if (check.Ok)
                output.Good($"{check.Name}: {check.Detail}");
            else
                output.Bad($"{check.Name}: {check.Detail}");
            if (check.Fix is { } fix)
                output.Line($"    {fix}");
        }

        output.Line(isReady ? "This PC is ready to take tasks." : "This PC is not ready.");
        return isReady ? ExitCode.Done : ExitCode.HostNotReady;
    }

    private Check Configuration() => place.Warnings is [_, ..]
        ? new Check("configuration", Ok: false, Needed: false, string.Join(' ', place.Warnings.Select(found => found.Reason)), string.Join(' ', place.Warnings.Select(found => found.Fix).Distinct(StringComparer.Ordinal)))
        : Good("configuration", $"agent {place.Settings.AgentId}, {place.Settings.Slots} tasks at a time of {string.Join(", ", place.Settings.Specialties)}");

    private async Task<Check> GitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Good("git", $"git {await host.Git().ReadVersionAsync(cancellationToken)}");
        }
        catch (HostNotReadyException missing)
        {
            return Bad("git", missing.Detail, missing.Fix);
        }
    }

    private async Task<Check> CoderAsync(CancellationToken cancellationToken)
    {
        if (choice.ScriptFile is { } script)
            return Good("claude", $"not needed: {script} is played");
        ClaudeInstallation found;
        try
        {
            found = await AgentCoder.InspectAsync(place, host, cancellationToken);
        }
        catch (HostNotReadyException missing)
        {
            return Bad("claude", missing.Detail, missing.Fix);
        }

        return found.Problem switch
        {
            null => Good("claude", $"Claude Code {found.Version} at {found.Location.Program} ({found.Location.Source}), logged in"),
            AttemptOutcome.HostNotReady missing => Bad("claude", missing.Detail, missing.Fix),
            AttemptOutcome other => Bad("claude", OutcomeText.Describe(other), $"Check with '{found.Location.Program} auth status', or name a key under 'credentials' in agent.yml."),
        };
    }

    private async Task<Check> SandboxAsync(CancellationToken cancellationToken) => place.Settings.Sandbox.On
        ? await SandboxCheck.LookAsync(host, isNeeded: true, cancellationToken)
        : new Check("sandbox", Ok: false, Needed: false, "It is off: what the model writes runs with all that this user may do.", "Delete 'enabled: false' under 'sandbox', unless this machine is itself a sandbox.");

    private async Task<Check> ProcessorsAsync(double processors) => await ResourceLimits.HoldsExactlyAsync(host.ForChildren, host.Time)
        ? Good("processors", string.Create(CultureInfo.InvariantCulture, $"{processors} for each attempt, held by a control group"))
        : Good("processors", string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(processors)} for each attempt, held by affinity: a control group needs a systemd of this user (loginctl enable-linger) with the cpu controller"));

    private Check Workspaces()
    {
        try
        {
            Directory.CreateDirectory(place.StateFolder);
            var probe = Path.Combine(place.StateFolder, "check");
            File.WriteAllText(probe, string.Empty);
            File.Delete(probe);
            var free = new DriveInfo(place.Root).AvailableFreeSpace;
            var detail = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} GB free at {place.Root}{(place.Settings.PartialMirrors ? "; files of old commits are not fetched" : string.Empty)}");
            return free >= LittleDisk ? Good("workspaces", detail) : Bad("workspaces", detail, "Make room: clones and build output need at least 1 GB.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Bad("workspaces", failure.Message, "Give the agent's user the right to write workspace_root, such as with chown.");
        }
    }

    private static Check Good(string name, string detail) => new(name, Ok: true, Needed: true, detail, Fix: null);

    private static Check Bad(string name, string detail, string fix) => new(name, Ok: false, Needed: true, detail, fix);
}
