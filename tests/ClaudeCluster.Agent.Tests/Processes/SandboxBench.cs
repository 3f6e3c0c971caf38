namespace ClaudeCluster.Agent.Tests;

/// <summary>An agent's root with two attempts, and one command in the first of them, with the sandbox or without.</summary>
internal sealed class SandboxBench : IDisposable
{
    public const string Planted = "planted-secret-of-the-agent-51d2";

    private readonly TempFolder _folder = new();

    public SandboxBench()
    {
        Options = new AgentOptions
        {
            AgentId = new AgentId("pc-1"),
            WorkerId = "pc-1/4711/first",
            Specialties = [new Specialty("backend")],
            Root = _folder["agent"],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
            Sandbox = new SandboxOptions { HiddenFolders = [_folder["hidden"]], ReadableFolders = [_folder["hidden/tools"]] },
        };
        foreach (var folder in (string[])[Work, Scratch])
            Directory.CreateDirectory(folder);
        _folder.Write("agent/attempts/a2/work/other.txt", Planted);
        _folder.Write("agent/mirrors/1.git/config", Planted);
        _folder.Write("agent/agent.yml", Planted);
        _folder.Write("hidden/hub.db", Planted);
        _folder.Write("hidden/tools/tool.txt", "a tool");
        _folder.Write("beside/file.txt", "beside");
    }

    public AgentOptions Options { get; set; }

    public string Root => _folder.Root;

    public string Work => _folder["agent/attempts/a1/work"];

    public string Scratch => _folder["agent/attempts/a1/scratch"];

    public string Mark => Scratch;

    public static void IsNeeded() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && ProgramPath.Find("bwrap", new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! }) is not null,
        "The sandbox needs bubblewrap: run `apt-get install bubblewrap`.");

    public string this[string name] => _folder[name];

    public async Task<ChildResult> InsideAsync(string script, TimeSpan? wallTime = null, Action<string>? onOutput = null, CancellationToken cancellationToken = default)
    {
        IsNeeded();
        var command = Command(script) with { WallTime = wallTime ?? TimeSpan.FromMinutes(1), OnOutput = onOutput };
        var sandbox = Sandbox.Of(Options, TimeProvider.System)!;
        var reach = new SandboxReach([Work, Scratch])
        {
            Temporary = AttemptEnvironment.SystemTemporary(Scratch),
            HasNetwork = sandbox.TestsHaveNetwork,
        };
        command = await sandbox.AroundAsync(command, reach, cancellationToken);
        var result = await ChildProcess.RunAsync(command, TimeProvider.System, cancellationToken);
        Sandbox.ThrowIfBroken(result);
        return result;
    }

    /// <summary>The same without the sandbox: shows that the attack would work.</summary>
    public Task<ChildResult> OutsideAsync(string script) =>
        ChildProcess.RunAsync(Command(script) with { WallTime = TimeSpan.FromMinutes(1) }, TimeProvider.System, CancellationToken.None);

    private ChildCommand Command(string script) => new()
    {
        Program = "sh",
        Arguments = ["-c", script],
        Folder = Work,
        Environment = AttemptEnvironment.For(Options, Scratch),
        Mark = Mark,
    };

    public void Dispose() => _folder.Dispose();
}
