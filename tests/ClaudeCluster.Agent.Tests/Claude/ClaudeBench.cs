using System.Collections.Concurrent;
using System.Diagnostics;
using ClaudeCluster.Orchestrations;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>A small git repository, a scripted model, and the real CLI between them.</summary>
internal sealed class ClaudeBench : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _progress = new();

    private ClaudeBench(ScriptedModelServer model)
    {
        Model = model;
        Options = ClaudeCli.Options(model.Url) with { HiddenFolders = [_folder.Root] };
        _folder.Write("repository/pages.sh", "echo $(( $1 / $2 ))\n");
        Directory.CreateDirectory(Scratch);
        Git("init", "--quiet");
    }

    public ScriptedModelServer Model { get; }

    public ClaudeOptions Options { get; set; }

    public AttemptLimits Limits { get; set; } = new() { WallTime = TimeSpan.FromMinutes(2) };

    public string Root => _folder.Root;

    public string Repository => _folder["repository"];

    public string Scratch => _folder["scratch"];

    public IReadOnlyList<string> Progress => [.. _progress];

    public static async Task<ClaudeBench> StartAsync(params ModelStep[] script)
    {
        ClaudeCli.IsNeeded();
        return new ClaudeBench(await ScriptedModelServer.StartAsync(script));
    }

    public string Write(string name, string text) => _folder.Write(name, text);

    public string Read(string name) => File.ReadAllText(_folder[name]);

    public Task<CoderReport> RunAsync(string prompt = "Do it.", string? resume = null, CancellationToken cancellationToken = default) =>
        new ClaudeCoder(Options, TimeProvider.System).RunAsync(Job(prompt, resume), cancellationToken);

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
        // Whatever a test is about: nothing of the run lives on.
        var left = ProcessTree.Find(Scratch);
        await Model.DisposeAsync();
        _folder.Dispose();
        Assert.Empty(left);
    }

    private sealed class Listener(ConcurrentQueue<string> heard) : IProgress<string>
    {
        public void Report(string value) => heard.Enqueue(value);
    }
}
