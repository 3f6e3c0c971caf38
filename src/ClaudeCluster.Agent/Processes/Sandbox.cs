using System.Collections.Concurrent;

namespace ClaudeCluster.Agent;

/// <summary>What one sandboxed command may reach.</summary>
/// <param name="Writable">Absolute folders that are there.</param>
internal sealed record SandboxReach(IReadOnlyList<string> Writable)
{
    /// <summary>Inside hidden folders, and nevertheless to be read: git data of the work tree, a program's own folder.</summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>Stands in the place of <c>/tmp</c> and <c>/var/tmp</c>; on the disk, so that it is no way around the limit of memory.</summary>
    public required string Temporary { get; init; }

    /// <summary>The command builds sandboxes of its own, as Claude Code does for the model's commands.</summary>
    public bool HasOwnSandboxes { get; init; }

    /// <summary>The host's network; else there is none, not even the host's loopback.</summary>
    public bool HasNetwork { get; init; }
}

/// <summary>
/// Runs commands in bubblewrap: the system read-only, home folders and the agent's root out of sight, process ids of their own.
/// <code>
///  /            read-only          /proc  its own: no process of the host, and none outlives the first one
///  /home /root  empty              /dev   null, zero, random, tty, shm
///  agent root   empty, but for     /tmp   a folder of the attempt
///               the attempt's own work tree and scratch (writable), and its repository's git data (read-only)
/// </code>
/// </summary>
/// <remarks>
/// The first process of a process id namespace takes all others with it, whatever they did to their session, parent or environment. It dies
/// with bubblewrap, and that with the agent: also <c>kill -9</c> of the agent leaves nothing. The signal behind this is bound to the thread that
/// started bubblewrap; see <see cref="ProcessStarter"/>.
/// </remarks>
internal sealed class Sandbox(SandboxOptions options, string agentRoot, IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    public const string HowToFix =
        "Install it with `apt-get install bubblewrap`, allow user namespaces for it (`sysctl kernel.apparmor_restrict_unprivileged_userns=0` on Ubuntu, or run the "
        + "container with them), or switch it off explicitly with `sandbox: { enabled: false }`.";

    /// <summary>What an attempt's own folder for temporary files is called inside.</summary>
    public const string Temporary = "/tmp";

    private const string Program = "bwrap";
    private const string MostSharedMemory = "268435456";

    // bubblewrap covers parts of root's /proc, and the kernel then refuses another /proc to a sandbox inside. So root mounts one more, uncovered but of
    // the same few processes, and gives up all rights but the one that a sandbox of root's needs to name its user.
    private static readonly string[] RootsCapabilities = ["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETFCAP", "--cap-add", "CAP_SETPCAP"];
    private static readonly string[] RootsPrelude =
        ["/bin/sh", "-c", "mount -t proc -o nosuid,nodev,noexec proc /proc && exec setpriv --bounding-set=-all,+setfcap --inh-caps=-all -- \"$@\"", "sh"];

    // Sockets of the host's services stand in /run: whoever reaches docker's is root.
    private static readonly string[] AlwaysHidden = ["/home", "/root", "/run", "/mnt", "/media"];

    // With a network, names are looked up where these say.
    private static readonly string[] Resolvers = ["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<string, bool> KnownToWork = new(StringComparer.Ordinal);

    /// <returns>Null: the agent uses none.</returns>
    public static Sandbox? Of(AgentOptions options, TimeProvider time) =>
        options.Sandbox is { } sandbox ? new Sandbox(sandbox, options.Root, options.Environment, time) : null;

    public bool TestsHaveNetwork => options.TestNetwork == TestNetwork.On;

    /// <summary>The same command, inside.</summary>
    /// <exception cref="HostNotReadyException">This PC cannot do it. Nothing runs without it instead.</exception>
    public async Task<ChildCommand> AroundAsync(ChildCommand command, SandboxReach reach, CancellationToken cancellationToken)
    {
        await EnsureItWorksAsync(cancellationToken);
        return command with { Program = Program, Arguments = ArgumentsFor(command.Program, command.Arguments, command.Folder, reach) };
    }

    /// <summary>Tells a sandbox that could not be built from a command that failed in it.</summary>
    /// <exception cref="HostNotReadyException">It could not be built.</exception>
    public static void ThrowIfBroken(ChildResult result)
    {
        if (result is { End: ChildEnd.NotStarted })
            throw new HostNotReadyException($"bubblewrap cannot be started: {result.Reason}", HowToFix);
        if (result is { End: ChildEnd.Exited, ExitCode: 1, Output.Length: 0 } && result.Error.StartsWith("bwrap: ", StringComparison.Ordinal))
            throw new HostNotReadyException($"The sandbox cannot be built: {result.Error.Trim()}", HowToFix);
    }

    internal IReadOnlyList<string> ArgumentsFor(string program, IReadOnlyList<string> arguments, string folder, SandboxReach reach)
    {
        var nestsAsRoot = reach.HasOwnSandboxes && Environment.IsPrivilegedProcess;
        // Parents first; of one folder the last word counts.
        var mounts = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        var hidden = Hidden().ToList();
        foreach (var place in hidden)
            mounts[place] = ["--size", "1048576", "--tmpfs", place];
        var readable = options.ReadableFolders.Concat(reach.Readable).Concat(reach.HasNetwork ? Resolvers : []);
        foreach (var place in readable.Where(Path.Exists).Select(RealPath.Of))
            mounts[place] = ["--ro-bind", place, place];
        foreach (var place in (string[])[Temporary, "/var/tmp"])
            mounts[RealPath.Of(place)] = ["--bind", reach.Temporary, RealPath.Of(place)];
        foreach (var place in reach.Writable.Select(RealPath.Of))
            mounts[place] = ["--bind", place, place];
        foreach (var file in options.HiddenFiles.Where(File.Exists).Select(RealPath.Of).Where(file => IsSeen(file, mounts)))
            mounts[file] = ["--ro-bind", "/dev/null", file];
        return
        [
            "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", .. reach.HasNetwork ? Array.Empty<string>() : ["--unshare-net"],
            "--die-with-parent", "--new-session", "--hostname", "sandbox", "--cap-drop", "ALL", .. nestsAsRoot ? RootsCapabilities : [],
            "--ro-bind", "/", "/", "--dev", "/dev", "--size", MostSharedMemory, "--tmpfs", "/dev/shm", "--proc", "/proc",
            .. mounts.Values.SelectMany(mount => mount),
            // A write there would vanish: it fails instead.
            .. hidden.SelectMany(place => mounts[place][0] == "--size" ? new[] { "--remount-ro", place } : []),
            "--chdir", folder, "--", .. nestsAsRoot ? RootsPrelude : [], program, .. arguments,
        ];
    }

    private IEnumerable<string> Hidden() => AlwaysHidden
        .Append(agentRoot)
        .Concat(environment.TryGetValue("HOME", out var home) ? [home] : [])
        .Concat(options.HiddenFolders)
        .Where(place => Directory.Exists(place))
        .Select(RealPath.Of)
        .Where(place => place != "/")
        .Distinct(StringComparer.Ordinal);

    /// <summary>Whether the host's own file stands there inside, or an empty folder or another one around it.</summary>
    private static bool IsSeen(string file, SortedDictionary<string, string[]> mounts)
    {
        var place = file;
        while (!mounts.ContainsKey(place) && place != "/")
            place = Path.GetDirectoryName(place)!;
        return !mounts.TryGetValue(place, out var mount) || (mount is [_, var source, var seenAs] && source == seenAs);
    }

    private async Task EnsureItWorksAsync(CancellationToken cancellationToken)
    {
        var path = environment.GetValueOrDefault("PATH", string.Empty);
        if (KnownToWork.ContainsKey(path))
            return;
        if (!OperatingSystem.IsLinux())
            throw new HostNotReadyException("The sandbox needs Linux.", "Run the agent on Linux or in WSL, or switch it off explicitly with `sandbox: { enabled: false }`.");
        var scratch = Directory.CreateDirectory(Path.Combine(agentRoot, "sandbox-check")).FullName;
        var result = await ChildProcess.RunAsync(
            new ChildCommand
            {
                Program = Program,
                Arguments = ArgumentsFor("/bin/sh", ["-c", "exit 42"], "/", new SandboxReach([]) { Temporary = scratch }),
                Folder = scratch,
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = path },
                Mark = scratch,
                WallTime = Patience,
            },
            time,
            cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (result is not { End: ChildEnd.Exited, ExitCode: 42 })
            throw new HostNotReadyException($"The sandbox does not work on this PC: {(result.Reason ?? result.Both).Trim()}", HowToFix);
        KnownToWork[path] = true;
    }
}
