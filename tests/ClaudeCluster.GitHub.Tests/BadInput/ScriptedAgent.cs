using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>An agent without a coder: for each attempt it pushes one file to the attempt's branch, with git over HTTP.</summary>
internal sealed class ScriptedAgent(string folder, Uri gitHub, string token)
{
    private static readonly AgentId Name = new("pc-1");
    private readonly ConcurrentQueue<AgentTask> _tasks = new();
    private readonly ConcurrentBag<Task> _work = [];
    private volatile TaskCompletionSource? _held;
    private int _folders;

    public IReadOnlyList<AgentTask> Tasks => [.. _tasks];

    /// <summary>What comes instead of a push; null: the push.</summary>
    public Func<AgentTask, AttemptOutcome?> Instead { get; set; } = static _ => null;

    /// <summary>Attempts begin, and do not end until <see cref="Release"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _held?.TrySetResult();

    /// <summary>Until its git has ended, also that of attempts which nobody waits for any more.</summary>
    public Task EndAsync() => Task.WhenAll(_work).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public Task<AttemptResult> WorkAsync(AgentTask task)
    {
        var work = AnswerAsync(task);
        _work.Add(work);
        return work;
    }

    private async Task<AttemptResult> AnswerAsync(AgentTask task)
    {
        var held = _held;
        _tasks.Enqueue(task);
        if (held is not null)
            await held.Task;
        return Instead(task) is { } outcome
            ? new AttemptResult { Agent = Name, Outcome = outcome }
            : new AttemptResult { Agent = Name, Outcome = new AttemptOutcome.Succeeded(), Commit = new CommitId(await PushAsync(task)), Coder = "scripted (no model)" };
    }

    /// <returns>The commit.</returns>
    private async Task<string> PushAsync(AgentTask task)
    {
        var clone = Path.Combine(folder, $"clone-{Interlocked.Increment(ref _folders).ToString(CultureInfo.InvariantCulture)}");
        await GitAsync(folder, "clone", "--quiet", $"http://x-access-token:{token}@{gitHub.Authority}/{task.Repository.FullName}.git", clone);
        await GitAsync(clone, "checkout", "--quiet", "-B", "work", task.Earlier?.Commit?.Value ?? $"origin/{task.BaseBranch}");
        await File.WriteAllTextAsync(Path.Combine(clone, $"{task.AttemptId}.txt"), "Answered.\n");
        await GitAsync(clone, "add", ".");
        await GitAsync(clone, "commit", "--quiet", "-m", "An answer");
        await GitAsync(clone, "push", "--quiet", "origin", $"HEAD:refs/heads/{task.AttemptBranch}");
        return (await GitAsync(clone, "rev-parse", "HEAD")).Trim();
    }

    private static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=pc-1", "-c", "user.email=pc-1@example.invalid", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_TERMINAL_PROMPT"] = "0" },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new IOException($"git {arguments[0]}: {await error}");
    }
}
