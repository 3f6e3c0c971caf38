using System.Diagnostics;
using System.Text.Json.Nodes;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner.Tests;

/// <summary>
/// A folder of one test: a repository with a failing test, an event file, a coder script, and a home that nobody shares. The
/// command runs in it in this process, or as a process of its own that can be killed.
/// </summary>
internal sealed class Playground : IAsyncDisposable
{
    /// <summary>The first attempt is not enough; any later one is, whatever the one before left.</summary>
    public const string TwoAttempts = """
        attempts:
          - steps:
              - say: A first try.
              - edit: sum.sh
                replace: $1 - $2
                with: $1 * $2
          - steps:
              - say: Now it adds.
              - write: sum.sh
                text: 'echo $(($1 + $2))'
        """;

    public const string OneAttempt = """
        steps:
          - say: It adds now.
          - write: sum.sh
            text: 'echo $(($1 + $2))'
        """;

    public const string Policy = """
        tests:
          - sh test.sh
        """;

    private readonly List<RealProcess> _processes = [];

    private Playground(string folder) => Folder = folder;

    public string Folder { get; }

    public string Repository => At("repository");

    public string EventFile => At("event.json");

    public string Script => At("script.yml");

    public string State => Path.Combine(Repository, ".git", "claude-cluster");

    public string Hub => Path.Combine(State, "hub.db");

    /// <summary>Where the agents of its runs keep their clones; null: none has worked.</summary>
    public string? AgentRoot => Directory.Exists(At("state/claude-cluster/agents")) ? Directory.GetDirectories(At("state/claude-cluster/agents")).Single() : null;

    /// <summary>Name and value; null: not there.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    public GitCli Git => new(Repository);

    /// <summary>The usual call of <c>run</c>.</summary>
    public string[] Run => ["run", "--event", EventFile, "--repo", Repository, "--coder", $"script:{Script}"];

    public static Playground Create(string branch = "main", string script = OneAttempt, string? policy = Policy, Action<JsonObject>? change = null)
    {
        var playground = new Playground(Directory.CreateTempSubdirectory("cc-runner-").FullName);
        playground.Environment["HOME"] = Directory.CreateDirectory(playground.At("home")).FullName;
        playground.Environment["XDG_STATE_HOME"] = playground.At("state");
        playground.Environment["TMPDIR"] = Directory.CreateDirectory(playground.At("tmp")).FullName;
        playground.Environment["PATH"] = System.Environment.GetEnvironmentVariable("PATH");
        playground.Environment["DOTNET_ROOT"] = System.Environment.GetEnvironmentVariable("DOTNET_ROOT");
        // A .NET process that is killed leaves its debugger's pipes in TMPDIR; they would not be our command's litter.
        playground.Environment["DOTNET_EnableDiagnostics"] = "0";
        playground.MakeRepository(branch, policy);
        playground.Write("script.yml", script);
        playground.WriteEvent(change);
        return playground;
    }

    public string At(string path) => Path.Combine(Folder, path);

    public string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        return At(path);
    }

    public void WriteEvent(Action<JsonObject>? change = null) => Write("event.json", Payload.Labelled(change).ToJsonString());

    /// <summary>Runs the command in this process.</summary>
    public Task<Ended> CallAsync(params string[] arguments) => CallAsync(static host => host, arguments);

    public async Task<Ended> CallAsync(Func<HostEnvironment, HostEnvironment> change, params string[] arguments)
    {
        var host = new HostEnvironment(
            Environment.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!, StringComparer.Ordinal),
            Folder,
            At("tmp"),
            TimeProvider.System);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, change(host), output, error, isTerminal: false);
        return new Ended(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts the command as a process of its own.</summary>
    public RealProcess Start(params string[] arguments) => StartProgram("dotnet", [Programs.Runner, .. arguments]);

    /// <summary>Starts the command with a kill point; see the kill host.</summary>
    public RealProcess StartKilled(int killAt, string report, params string[] arguments) =>
        StartProgram("dotnet", [Programs.KillHost, killAt.ToString(System.Globalization.CultureInfo.InvariantCulture), report, .. arguments]);

    public RealProcess StartProgram(string program, params string[] arguments)
    {
        // Whoever starts the tests in the background makes them ignore Ctrl-C, and a process inherits that.
        string[] line = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", program, .. arguments] : [program, .. arguments];
        var description = new ProcessStartInfo(line[0]) { WorkingDirectory = Folder };
        description.Environment.Clear();
        foreach (var (name, value) in Environment)
        {
            if (value is not null)
                description.Environment[name] = value;
        }

        foreach (var argument in line[1..])
            description.ArgumentList.Add(argument);
        var process = new RealProcess(description);
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        // A test that failed may have left its command's children behind.
        await ProcessTree.KillMarkedAsync(Folder, TimeSpan.Zero, TimeProvider.System);
        Directory.Delete(Folder, recursive: true);
    }

    private void MakeRepository(string branch, string? policy)
    {
        Directory.CreateDirectory(Repository);
        Git.Run("init", "--quiet", $"--initial-branch={branch}");
        Write("repository/sum.sh", "echo $(($1 - $2))\n");
        Write("repository/test.sh", "test \"$(sh sum.sh 1 2)\" = 3 || { echo \"1 + 2 is not $(sh sum.sh 1 2)\"; exit 1; }\n");
        if (policy is not null)
            Write("repository/.github/claude-cluster.yml", policy);
        Git.Run("add", "--all");
        Git.Run("commit", "--quiet", "--message=A sum that is a difference");
    }
}

/// <summary>How a call of the command ended.</summary>
internal sealed record Ended(int Code, string Output, string Error)
{
    /// <summary>The one object of <c>--json</c>: anything else on standard output fails here.</summary>
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    public string All => $"exit code {Code}\n{Output}\n{Error}";
}

/// <summary>The programs under test, which lie beside the tests.</summary>
internal static class Programs
{
    public static string Runner => Path.Combine(AppContext.BaseDirectory, "ClaudeCluster.Runner.dll");

    public static string KillHost => Path.Combine(AppContext.BaseDirectory, "ClaudeCluster.Runner.KillHost.dll");
}
