namespace ClaudeCluster.Agent;

/// <summary>
/// The agent's sandbox around the CLI itself. Its commands run in the CLI's own sandbox inside of this one; what only the CLI's own code could
/// reach, by a fault or by a tool that is no command, is held here.
/// </summary>
internal static class ClaudeSandbox
{
    public static async Task<ClaudeCommandLine> AroundAsync(ClaudeCommandLine line, Sandbox sandbox, CoderJob job, ClaudeOptions options, CancellationToken cancellationToken)
    {
        // The program may be a link out of a folder of the user's home, of which only the one file is shown.
        var bare = new ChildCommand { Program = RealPath.Of(line.Program), Arguments = line.Arguments, Folder = line.Folder, Environment = line.Environment, Mark = job.Mark };
        var inside = await sandbox.AroundAsync(bare, ReachOf(bare.Program, job, options), cancellationToken);
        return line with { Program = inside.Program, Arguments = inside.Arguments, Environment = WithShortTemporary(line.Environment) };
    }

    /// <summary>
    /// The same for all attempts, and each one's own: the CLI makes sockets there, whose paths may have 107 bytes (<c>sun_path</c>). Below an agent's
    /// root it fails, and then no command of the model's runs at all.
    /// </summary>
    private static SortedDictionary<string, string> WithShortTemporary(IReadOnlyDictionary<string, string> environment) =>
        new(environment.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { ["TMPDIR"] = Sandbox.Temporary };

    private static SandboxReach ReachOf(string program, CoderJob job, ClaudeOptions options) => new(Writable(job, options))
    {
        Readable = [.. GitFolders.Of(job.Folder), .. options.ReadableFolders, program],
        Temporary = AttemptEnvironment.SystemTemporary(job.Scratch),
        HasNetwork = true,
        HasOwnSandboxes = options.Sandbox,
    };

    private static IReadOnlyList<string> Writable(CoderJob job, ClaudeOptions options) =>
    [
        job.Folder, job.Scratch,
        // Not the whole memory: what the agent itself wrote there must still be its own.
        ClaudeFolders.Of(job).Config,
        .. options.Credential is ClaudeCredential.ConfigFolder login ? [login.Path] : Array.Empty<string>(),
    ];
}
