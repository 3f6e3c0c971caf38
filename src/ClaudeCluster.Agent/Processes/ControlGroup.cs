using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ClaudeCluster.Agent;

/// <summary>
/// A control group of its own for each child, made by the user's systemd (<c>systemd-run --user --scope</c>), where that is there and has been
/// given the processors to divide: then parts of a processor hold, and no program gets around it. Else nothing is changed.
/// </summary>
internal static class ControlGroup
{
    private const string Program = "systemd-run";

    // Without the group told: systemd takes a limit that it was not given the right to hold, and says nothing.
    private const string Prove = "cat /sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/cpu.max";
    private const string Proof = "50000 100000";
    private const double ProvenWith = 0.5;

    // The watch ends a child at its limit and says so; the group is for one that grows faster than the watch looks.
    private const double MemoryBeyondWatch = 1.25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<string, Task<bool>> Known = new(StringComparer.Ordinal);

    /// <summary>The same command, in a group with the limits, if this host can.</summary>
    public static async Task<ChildCommand> AroundAsync(ChildCommand command, TimeProvider time) =>
        command.Resources is { Processors: not null } limits && await IsUsableAsync(command.Environment, time) ? Around(command, limits, RuntimeFolder) : command;

    /// <param name="environment">At least PATH.</param>
    public static Task<bool> IsUsableAsync(IReadOnlyDictionary<string, string> environment, TimeProvider time) =>
        Known.GetOrAdd(environment.GetValueOrDefault("PATH", string.Empty), path => ProveAsync(path, RuntimeFolder, time));

    internal static async Task<bool> ProveAsync(string path, string runtimeFolder, TimeProvider time)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(runtimeFolder))
            return false;
        var probe = new ChildCommand
        {
            Program = "/bin/sh",
            Arguments = ["-c", Prove],
            Folder = "/",
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = path },
            Mark = "control-group-check",
            WallTime = Patience,
        };
        var result = await ChildProcess.RunAsync(Around(probe, new ResourceLimits { Processors = ProvenWith }, runtimeFolder), time, CancellationToken.None);
        return result.Succeeded && result.Output.Trim() == Proof;
    }

    /// <summary>systemd-run becomes the command itself, so its process, its parent and its mark stay what they are.</summary>
    internal static ChildCommand Around(ChildCommand command, ResourceLimits limits, string runtimeFolder)
    {
        List<string> arguments = ["--user", "--scope", "--quiet", "--collect", "--property", FormattableString.Invariant($"CPUQuota={limits.Processors * 100:0.##}%")];
        if (limits.MemoryBytes is { } bytes)
            arguments.AddRange(["--property", string.Create(CultureInfo.InvariantCulture, $"MemoryMax={(long)(bytes * MemoryBeyondWatch)}")]);
        // The way to the user's systemd is for systemd-run alone.
        arguments.AddRange(["--", "env", "--unset=XDG_RUNTIME_DIR", command.Program, .. command.Arguments]);
        return command with
        {
            Program = Program,
            Arguments = arguments,
            Environment = new Dictionary<string, string>(command.Environment, StringComparer.Ordinal) { ["XDG_RUNTIME_DIR"] = runtimeFolder },
            Resources = limits with { Processors = null },
        };
    }

    private static string RuntimeFolder => OperatingSystem.IsLinux() ? string.Create(CultureInfo.InvariantCulture, $"/run/user/{UserId()}") : string.Empty;

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint UserId();
}
