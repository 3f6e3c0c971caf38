namespace ClaudeCluster.Agent;

/// <summary>Where the CLI may be.</summary>
/// <param name="Configured"><c>claude.path</c> of the agent's configuration.</param>
/// <param name="FromEnvironment"><c>CLAUDE_CODE_CLI_PATH</c>.</param>
/// <param name="SearchPath">PATH.</param>
public sealed record ClaudeSearch(string? Configured, string? FromEnvironment, string SearchPath);

/// <summary>The CLI, or why there is none.</summary>
/// <param name="Program">Absolute; null: not found.</param>
/// <param name="Source">Which place won: <c>claude.path</c>, <c>CLAUDE_CODE_CLI_PATH</c>, <c>claude on the PATH</c>, …</param>
public sealed record ClaudeLocation(string? Program, string Source)
{
    /// <summary>What is wrong and how to mend it; null: nothing is.</summary>
    public AttemptOutcome.HostNotReady? Problem { get; init; }
}

/// <summary>Finds the CLI. A place that was named explicitly is used or is an error; it is never passed over for another one.</summary>
public static class ClaudeLocator
{
    // npm with --ignore-scripts leaves this script of some 500 bytes in the place of the program, which lies in a package beside it.
    private const string StubWords = "native binary not installed";
    private const int MostStubBytes = 4096;

    private static readonly string[] Names = ["claude", "claude-code"];

    public static ClaudeLocation Find(ClaudeSearch search)
    {
        if (search.Configured is { Length: > 0 } configured)
            return Named(configured, "claude.path", search.SearchPath);
        if (search.FromEnvironment is { Length: > 0 } named)
            return Named(named, "CLAUDE_CODE_CLI_PATH", search.SearchPath);
        foreach (var name in Names)
        {
            if (OnPath(name, search.SearchPath) is { } program)
                return Past(program, $"{name} on the PATH");
        }

        return NotFound("the PATH", $"Neither claude nor claude-code is on the PATH ({search.SearchPath}).");
    }

    private static ClaudeLocation Named(string path, string source, string searchPath) =>
        OnPath(path, searchPath) is { } program ? Past(program, source) : NotFound(source, $"{source} says {path}, and that is not a program.");

    private static string? OnPath(string program, string searchPath) =>
        ProgramPath.Find(program, new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = searchPath });

    /// <summary>Past the stub, to the program itself.</summary>
    private static ClaudeLocation Past(string program, string source)
    {
        if (!IsStub(program))
            return new ClaudeLocation(program, source);
        return BesideStub(program) is { } native
            ? new ClaudeLocation(native, $"{source}, beside its stub")
            : NotFound(source, $"{program} is only the stub that npm leaves with --ignore-scripts.");
    }

    private static bool IsStub(string program) =>
        new FileInfo(Resolve(program)).Length <= MostStubBytes && File.ReadAllText(program).Contains(StubWords, StringComparison.Ordinal);

    private static string? BesideStub(string stub)
    {
        // …/node_modules/@anthropic-ai/claude-code/bin/claude.exe → …/node_modules/@anthropic-ai/claude-code-linux-x64/claude
        for (var folder = Path.GetDirectoryName(Resolve(stub)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.GetFileName(folder) != "claude-code")
                continue;
            string[] scopes = [Path.GetDirectoryName(folder)!, Path.Combine(folder, "node_modules", "@anthropic-ai")];
            return scopes.Where(Directory.Exists)
                .SelectMany(scope => Directory.EnumerateDirectories(scope, "claude-code-*").Order(StringComparer.Ordinal))
                .Select(package => Path.Combine(package, OperatingSystem.IsWindows() ? "claude.exe" : "claude"))
                .FirstOrDefault(File.Exists);
        }

        return null;
    }

    private static string Resolve(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static ClaudeLocation NotFound(string source, string detail) =>
        new(null, source) { Problem = new AttemptOutcome.HostNotReady($"{ClaudeMessages.NotFound}. {detail}", ClaudeMessages.HowToInstall) };
}
