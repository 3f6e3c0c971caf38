#pragma warning disable RS0030 // The composition root: the one place where clock, environment and chance enter; everything else takes them as parameters.
using System.Collections;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.Runner;

/// <summary>The machine as this process finds it.</summary>
internal sealed record HostEnvironment(
    IReadOnlyDictionary<string, string> Variables,
    string CurrentFolder,
    string TemporaryFolder,
    TimeProvider Time)
{
    /// <summary>Where a test looks in between a run and what it writes.</summary>
    internal Seams Seams { get; init; } = new();

    /// <summary>The machine's own name.</summary>
    public string MachineName { get; init; } = Environment.MachineName;

    /// <summary>For pauses that should differ from those of others, never for secrets.</summary>
    public Random Chance { get; init; } = new();

    public static HostEnvironment OfThisProcess() => new(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal),
        Environment.CurrentDirectory,
        Path.GetTempPath(),
        TimeProvider.System);

    /// <summary>Where this user's programs keep what they must remember (XDG base directory specification).</summary>
    public string StateFolder =>
        Variable("XDG_STATE_HOME") ?? Path.Combine(Variable("HOME") ?? Variable("USERPROFILE") ?? TemporaryFolder, ".local", "state");

    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>What our own git, tests and scripts may see of this environment: where programs are, and the language. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> ForChildren =>
        new[] { "PATH", "LANG", "LC_ALL", "TZ", "DOTNET_ROOT" }.Where(name => Variable(name) is not null).ToDictionary(name => name, name => Variables[name], StringComparer.Ordinal);

    public Git Git() => new(
        new AgentOptions { AgentId = new AgentId("this-pc"), WorkerId = "this-pc", Specialties = [], Root = TemporaryFolder, Environment = ForChildren },
        Time);

    /// <summary>A path as the user meant it: relative to where the command was called.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, CurrentFolder);
}

/// <summary>A run's two ways to the world outside of its attempts. A test that kills the process stands in between.</summary>
internal sealed record Seams
{
    public Func<ITaskHubStore, ITaskHubStore> Store { get; init; } = static store => store;

    public Func<IGitHub, IGitHub> GitHub { get; init; } = static gitHub => gitHub;
}
