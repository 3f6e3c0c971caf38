using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>A small git repository, a scripted model, and the real CLI between them.</summary>
internal sealed class ClaudeBench : IAsyncDisposable
{
    public const string ParentsToken = "ghp_planted-in-the-parents-environment";

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _progress = new();

    // What an agent's own environment may hold, and nobody below it may see.
    static ClaudeBench() => Environment.SetEnvironmentVariable("GITHUB_TOKEN", ParentsToken);

    private ClaudeBench(ScriptedModelServer model)
    {
        Model = model;
        Options = ClaudeCli.Options(model.Url) with { HiddenFolders = [_folder.Root] };
        _folder.Write("repository/pages.sh", "echo $(( $1 / $2 ))\n");
        Scratch = Directory.CreateDirectory(_folder["scratch"]).FullName;
        Git("init", "--quiet");
    }

    public ScriptedModelServer Model { get; }

    public ClaudeOptions Options { get; set; }

    /// <summary>Its sandbox is put around the CLI.</summary>
    public AgentOptions? Agent { get; set; }

    public AttemptLimits Limits { get; set; } = new() { WallTime = TimeSpan.FromMinutes(2) };

    public string Root => _folder.Root;

    public string Repository => _folder["repository"];

    public string Scratch { get; set; }

    public IReadOnlyList<string> Progress => [.. _progress];

    public static async Task<ClaudeBench> StartAsync(params ModelStep[] script)
    {
        ClaudeCli.IsNeeded();
        return new ClaudeBench(await ScriptedModelServer.StartAsync(script));
    }

    public string Write(string name, string text) => _folder.Write(name, text);

    public string Read(string name) => File.ReadAllText(_folder[name]);

    public Task<CoderReport> RunAsync(string prompt = "Do it.", string? resume = null, CancellationToken cancellationToken = default) =>
        new ClaudeCoder(Options, TimeProvider.System, Agent).RunAsync(Job(prompt, resume), cancellationToken);

    /// <summary>One process of the CLI, with all that was heard of it.</summary>
    public async Task<ClaudeOneRun> RunOnceAsync(Func<ClaudeCommandLine, ClaudeCommandLine>? change = null, CancellationToken cancellationToken = default)
    {
        new ClaudeFolders(Scratch).Create();
        var line = ClaudeCommandLine.Build(Job(), Options);
        var run = new ClaudeRun(change is null ? line : change(line), Job(), TimeProvider.System);
        var (child, failure) = await run.RunAsync(cancellationToken);
        return new ClaudeOneRun(child, failure, run.Record);
    }

    /// <summary>Until the model's command has made this file in the repository; fails if the run ends before.</summary>
    public async Task WaitForFileAsync(string name, Task running)
    {
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Repository, name) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => made.TrySetResult();
        if (!File.Exists(Path.Combine(Repository, name)))
            await Task.WhenAny(made.Task, running);
        Assert.False(running.IsCompleted, running.IsCompleted ? string.Join(", ", Model.Requests[^1].ToolResults) : null);
    }

    /// <summary>Sends a signal to the CLI alone, as a person or the kernel would.</summary>
    public void Signal(string signal)
    {
        var cli = ProcessTree.Find(Scratch).Single(IsOurChild);
        using var kill = Process.Start("kill", ["-s", signal, cli.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static bool IsOurChild(int id)
    {
        try
        {
            var ours = string.Create(CultureInfo.InvariantCulture, $"PPid:\t{Environment.ProcessId}");
            return File.ReadLines($"/proc/{id}/status").Contains(ours, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return false; // A short command of the CLI, which ended since it was found.
        }
    }

    public CoderJob Job(string prompt = "Do it.", string? resume = null) => new()
    {
        AttemptId = "issue-186853002-12-1-a1",
        Folder = Repository,
        Scratch = Scratch,
        Prompt = prompt,
        Limits = Limits,
        ResumeSession = resume,
        Progress = new Listener(_progress),
    };

    public string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Repository, RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever a test is about: nothing of the run lives on after the sweep with which each attempt ends.
        var isSwept = await ProcessTree.KillMarkedAsync(Scratch, TimeSpan.Zero, TimeProvider.System) && ProcessTree.Find(Scratch) is [];
        await Model.DisposeAsync();
        _folder.Dispose();
        Assert.True(isSwept, "A process of the run lives on.");
    }

    private sealed class Listener(ConcurrentQueue<string> heard) : IProgress<string>
    {
        public void Report(string value) => heard.Enqueue(value);
    }
}

internal sealed record ClaudeOneRun(ChildResult Child, AttemptOutcome? Failure, ClaudeRecord Record)
{
    /// <summary>The outcome, and that its next step is the expected one.</summary>
    public T Ended<T>(Type nextStep)
        where T : AttemptOutcome
    {
        var outcome = Assert.IsType<T>(Failure);
        Assert.IsType(nextStep, OutcomeRules.Decide(outcome, new AttemptTally(Counted: 1, Lost: 0, Waits: 1), new AttemptLimits(), TimeProvider.System.GetUtcNow()));
        return outcome;
    }

    /// <summary>The failure of the API that the CLI told, and the result that calls it a success.</summary>
    public void ToldApiError(string error, int? status)
    {
        Assert.Equal((error, status), (Record.ApiFailed?.Error, Record.ApiFailed?.Status));
        Assert.Equal(("success", true, "api_error", status), (Record.Result?.Subtype, Record.Result?.IsError, Record.Result?.TerminalReason, Record.Result?.ApiErrorStatus));
        Assert.Equal(1, Child.ExitCode);
    }
}
