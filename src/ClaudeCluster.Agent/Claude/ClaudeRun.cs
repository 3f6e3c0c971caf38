using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>One process of the CLI, from its start to its end.</summary>
internal sealed class ClaudeRun(ClaudeCommandLine line, CoderJob job, TimeProvider time)
{
    private readonly ClaudeRecord _record = new();
    private readonly ChildTalk _talk = new(ClaudeInput.Interrupt);
    private string? _wrongStart;

    public ClaudeRecord Record => _record;

    public async Task<(ChildResult Child, AttemptOutcome? Failure)> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, text) in line.Files)
            await File.WriteAllTextAsync(path, text, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var child = await ChildProcess.RunAsync(
            new ChildCommand
            {
                Program = line.Program,
                Arguments = line.Arguments,
                Folder = line.Folder,
                Environment = line.Environment,
                Mark = job.Mark,
                Input = ClaudeInput.Prompt(line.Prompt),
                Talk = _talk,
                OnOutput = text => Hear(text, stop),
                WallTime = job.Limits.WallTime,
                Silence = job.Limits.Silence,
                Resources = line.Resources,
            },
            time,
            stop.Token);
        return (child, _wrongStart is { } wrong ? new AttemptOutcome.HostNotReady(wrong, ClaudeMessages.HowToUpdate) : Judge(child));
    }

    private AttemptOutcome? Judge(ChildResult child)
    {
        var ending = new ClaudeEnding
        {
            End = child.End,
            ExitCode = child.ExitCode,
            Result = _record.Result,
            Rejected = _record.Rejected,
            ApiFailed = _record.ApiFailed,
            Error = child.Reason ?? child.Error,
        };
        var failure = ClaudeFailures.Classify(ending, job.Limits, time.GetUtcNow());
        return failure is null && _record.Started is null ? new AttemptOutcome.Failed("Claude Code never said with which tools it started.") : failure;
    }

    private void Hear(string text, CancellationTokenSource stop)
    {
        job.Progress.Hear(text);
        foreach (var happened in ClaudeEvents.Read(text))
        {
            _record.Add(happened);
            if (happened is ClaudeEvent.ToolUsed used)
                job.Progress.Use($"{used.Tool} {used.Target}".TrimEnd());
            if (happened is ClaudeEvent.Answered or ClaudeEvent.Result)
                job.Progress.Spend(_record.SoFar);
            if (happened is ClaudeEvent.Started started && WhatIsWrong(started) is { } wrong)
            {
                _wrongStart ??= wrong;
                // It is not asked to end: with other tools than was meant, it gets no time.
                _talk.Close();
                stop.Cancel();
            }

            // Else it waits for another message of the user.
            if (happened is ClaudeEvent.Result)
                _talk.Close();

            // Should this process be killed now, the next attempt finds the session by it.
            if (happened is ClaudeEvent.Started { Session.Length: > 0 } begun && job.Memory is { } memory)
                LastSession.Write(memory, begun.Session);

            if (ClaudeProgress.Describe(happened) is { } words)
                job.Progress?.Report(words);
        }
    }

    /// <summary>The CLI says what it was really given, before the model's first word. Anything else than what was meant ends the run.</summary>
    private static string? WhatIsWrong(ClaudeEvent.Started started)
    {
        if (!started.Tools.ToHashSet(StringComparer.Ordinal).SetEquals(ClaudeCommandLine.Tools))
            return $"Claude Code {started.Version} started with the tools {string.Join(", ", started.Tools)} instead of {string.Join(", ", ClaudeCommandLine.Tools)}.";
        if (started.PermissionMode != ClaudeCommandLine.PermissionMode)
            return $"Claude Code {started.Version} started in the permission mode {started.PermissionMode} instead of {ClaudeCommandLine.PermissionMode}.";
        return started.McpServers.Count > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Claude Code {started.Version} started with {started.McpServers.Count} MCP servers instead of none.")
            : null;
    }
}
