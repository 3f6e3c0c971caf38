using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ClaudeCluster.Agent;

/// <summary>
/// A control group of its own for each child, made by the user's systemd (<c>systemd-run --user --scope</c>), where that is there and has been
/// given what is to be divided: then parts of a processor hold, and a limit of memory however fast it is reached, and no program gets around them. Else
/// nothing is changed.
/// </summary>
internal static class ControlGroup
{
    private const string Program = "systemd-run";

    // Without the group told: systemd takes a limit that it was not given the right to hold, and says nothing.
    private const string Prove = "cat /sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/";

    private static readonly Proof OfProcessors = new("cpu.max", new ResourceLimits { Processors = 0.5 }, "50000 100000");
    private static readonly Proof OfMemory = new("memory.max", new ResourceLimits { MemoryBytes = (long)((64 << 20) / MemoryBeyondWatch) }, "67108864");

    // The watch ends a child at its limit and says so; the group is for one that grows faster than the watch looks.
    private const double MemoryBeyondWatch = 1.25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<(string File, string Path), Task<bool>> Known = new();

    /// <summary>The same command, in a group with the limits, if this host can.</summary>
    public static Task<ChildCommand> AroundAsync(ChildCommand command, TimeProvider time) => AroundAsync(command, RuntimeFolder, time);

    internal static async Task<ChildCommand> AroundAsync(ChildCommand command, string runtimeFolder, TimeProvider time)
    {
        if (command.Resources is not { } limits)
            return command;
        var path = PathOf(command.Environment);
        var held = new ResourceLimits
        {
            Processors = limits.Processors is not null && await IsProvenAsync(OfProcessors, path, runtimeFolder, time) ? limits.Processors : null,
            MemoryBytes = limits.MemoryBytes is not null && await IsProvenAsync(OfMemory, path, runtimeFolder, time) ? limits.MemoryBytes : null,
        };
        return held is { Processors: null, MemoryBytes: null } ? command : Around(command, held, runtimeFolder);
    }

    /// <summary>Whether parts of a processor hold.</summary>
    /// <param name="environment">At least PATH.</param>
    public static Task<bool> IsUsableAsync(IReadOnlyDictionary<string, string> environment, TimeProvider time) =>
        IsProvenAsync(OfProcessors, PathOf(environment), RuntimeFolder, time);

    internal static Task<bool> ProveAsync(string path, string runtimeFolder, TimeProvider time) => ProveAsync(OfProcessors, path, runtimeFolder, time);

    /// <summary>systemd-run becomes the command itself, so its process, its parent and its mark stay what they are.</summary>
    /// <param name="command">With its own limits, of which the group need not hold all.</param>
    /// <param name="held">Those that the group holds.</param>
    /// <param name="runtimeFolder">Where the user's systemd is.</param>
    internal static ChildCommand Around(ChildCommand command, ResourceLimits held, string runtimeFolder)
    {
        List<string> arguments = ["--user", "--scope", "--quiet", "--collect"];
        if (held.Processors is { } processors)
            arguments.AddRange(["--property", FormattableString.Invariant($"CPUQuota={processors * 100:0.##}%")]);
        if (held.MemoryBytes is { } bytes)
            arguments.AddRange(["--property", string.Create(CultureInfo.InvariantCulture, $"MemoryMax={(long)(bytes * MemoryBeyondWatch)}")]);
        // The way to the user's systemd is for systemd-run alone.
        arguments.AddRange(["--", "env", "--unset=XDG_RUNTIME_DIR", command.Program, .. command.Arguments]);
        return command with
        {
            Program = Program,
            Arguments = arguments,
            Environment = new Dictionary<string, string>(command.Environment, StringComparer.Ordinal) { ["XDG_RUNTIME_DIR"] = runtimeFolder },
            Resources = command.Resources is { } own && held.Processors is not null ? own with { Processors = null } : command.Resources,
        };
    }

    private static string PathOf(IReadOnlyDictionary<string, string> environment) => environment.GetValueOrDefault("PATH", string.Empty);

    private static Task<bool> IsProvenAsync(Proof proof, string path, string runtimeFolder, TimeProvider time) =>
        Known.GetOrAdd((proof.File, path), _ => ProveAsync(proof, path, runtimeFolder, time));

    private static async Task<bool> ProveAsync(Proof proof, string path, string runtimeFolder, TimeProvider time)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(runtimeFolder))
            return false;
        var probe = new ChildCommand
        {
            Program = "/bin/sh",
            Arguments = ["-c", Prove + proof.File],
            Folder = "/",
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = path },
            Mark = "control-group-check",
            WallTime = Patience,
        };
        var result = await ChildProcess.RunAsync(Around(probe, proof.Limits, runtimeFolder), time, CancellationToken.None);
        return result.Succeeded && result.Output.Trim() == proof.Expected;
    }

    private static string RuntimeFolder => OperatingSystem.IsLinux() ? string.Create(CultureInfo.InvariantCulture, $"/run/user/{UserId()}") : string.Empty;

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint UserId();

    /// <param name="File">Of the group, in which the kernel says its limit.</param>
    /// <param name="Limits">What is tried.</param>
    /// <param name="Expected">What stands there if it holds.</param>
    private sealed record Proof(string File, ResourceLimits Limits, string Expected);
}
