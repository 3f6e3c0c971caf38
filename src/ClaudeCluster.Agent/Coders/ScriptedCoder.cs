using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>Plays a script instead of asking a model: for the demo and for tests, and always shown as such.</summary>
public sealed partial class ScriptedCoder(CoderScript script, AgentOptions options, TimeProvider time) : ICoder
{
    public const string DisplayName = "scripted (no model)";

    public string Name => DisplayName;

    public bool TakesFollowUps => script.Fix.Count > 0;

    public async Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        string? said = null;
        AttemptOutcome? failure = null;
        foreach (var step in job.IsFollowUp ? script.Fix : script.PlayOf(AttemptNumber(job.AttemptId)))
        {
            if (step is CoderStep.End end)
            {
                failure = ScriptedOutcome.Of(end, job.Limits, time.GetUtcNow());
                break;
            }
            if (step is CoderStep.Say { Text: var text })
                said = text;
            if (step is not CoderStep.Wait)
                job.Progress?.Report(Describe(step));
            if ((failure = await PlayAsync(step, job, job.Limits.WallTime - time.GetElapsedTime(start), cancellationToken)) is not null)
                break;
        }
        return new CoderReport { Failure = failure, Claimed = said, Usage = new Usage { Duration = time.GetElapsedTime(start) } };
    }

    /// <returns>Null: it went well.</returns>
    private async Task<AttemptOutcome?> PlayAsync(CoderStep step, CoderJob job, TimeSpan left, CancellationToken cancellationToken)
    {
        if (left <= TimeSpan.Zero)
            return new AttemptOutcome.TimedOut(job.Limits.WallTime);
        switch (step)
        {
            case CoderStep.Edit edit:
                return await OnFileAsync(edit, edit.Path, job, file => EditAsync(edit, file, cancellationToken));
            case CoderStep.Write write:
                return await OnFileAsync(write, write.Path, job, async file =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    await File.WriteAllTextAsync(file, write.Text, cancellationToken);
                    return null;
                });
            case CoderStep.Delete delete:
                return await OnFileAsync(delete, delete.Path, job, file =>
                {
                    if (!File.Exists(file))
                        return Task.FromResult<AttemptOutcome?>(Failed(delete, $"{delete.Path} does not exist."));
                    File.Delete(file);
                    return Task.FromResult<AttemptOutcome?>(null);
                });
            case CoderStep.Run run:
                return await RunAsync(run, job, left, cancellationToken);
            case CoderStep.Wait wait:
                await Task.Delay(wait.Time < left ? wait.Time : left, time, cancellationToken);
                return wait.Time < left ? null : new AttemptOutcome.TimedOut(job.Limits.WallTime);
            default:
                return null;
        }
    }

    private static async Task<AttemptOutcome?> OnFileAsync(CoderStep step, string path, CoderJob job, Func<string, Task<AttemptOutcome?>> change) =>
        InsideFolder.Find(job.Folder, path) is { } file
            ? await change(file)
            : Failed(step, $"'{path}' is not a path inside the work tree.");

    private static async Task<AttemptOutcome?> EditAsync(CoderStep.Edit edit, string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            return Failed(edit, $"{edit.Path} does not exist.");
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        var first = text.IndexOf(edit.Replace, StringComparison.Ordinal);
        if (first < 0)
            return edit.IsOptional ? null : Failed(edit, $"{edit.Path} does not hold the text to replace.");
        if (text.IndexOf(edit.Replace, first + 1, StringComparison.Ordinal) >= 0)
            return Failed(edit, $"{edit.Path} holds the text to replace more than once.");
        await File.WriteAllTextAsync(file, text[..first] + edit.With + text[(first + edit.Replace.Length)..], cancellationToken);
        return null;
    }

    private async Task<AttemptOutcome?> RunAsync(CoderStep.Run run, CoderJob job, TimeSpan left, CancellationToken cancellationToken)
    {
        var command = new ChildCommand
        {
            Program = "sh",
            Arguments = ["-c", run.Command],
            Folder = job.Folder,
            Environment = AttemptEnvironment.For(options, job.Scratch),
            Mark = job.Mark,
            OnOutput = line => job.Progress?.Report(line),
            WallTime = left,
            Silence = job.Limits.Silence,
            Resources = options.Resources,
        };
        if (Sandbox.Of(options, time) is { } sandbox)
        {
            var reach = new SandboxReach([job.Folder, job.Scratch]) { Readable = GitFolders.Of(job.Folder), Temporary = AttemptEnvironment.SystemTemporary(job.Scratch) };
            command = await sandbox.AroundAsync(command, reach, cancellationToken);
        }

        var result = await ChildProcess.RunAsync(command, time, cancellationToken);
        return result.End switch
        {
            ChildEnd.Exited when result.ExitCode == 0 || run.AllowFailure => null,
            ChildEnd.Exited => Failed(run, string.Create(CultureInfo.InvariantCulture, $"'{run.Command}' ended with exit code {result.ExitCode}: {result.Both.Trim()}")),
            ChildEnd.TimedOut => new AttemptOutcome.TimedOut(job.Limits.WallTime),
            ChildEnd.Silent => new AttemptOutcome.Stalled(job.Limits.Silence),
            ChildEnd.OverLimit => Failed(run, $"'{run.Command}' was stopped: {result.Reason}"),
            ChildEnd.Cancelled => throw new OperationCanceledException(cancellationToken),
            _ => new AttemptOutcome.HostNotReady(result.Reason!, "Put sh on the agent's PATH."),
        };
    }

    private static string Describe(CoderStep step) => step switch
    {
        CoderStep.Say say => say.Text,
        CoderStep.Edit edit => $"edits {edit.Path}",
        CoderStep.Write write => $"writes {write.Path}",
        CoderStep.Delete delete => $"deletes {delete.Path}",
        CoderStep.Run run => $"runs {run.Command}",
        _ => "ends",
    };

    private static AttemptOutcome.Failed Failed(CoderStep step, string reason) => new($"{step.Place}: {reason}");

    // A script for tests may know how ids end; nothing that decides about real work may.
    private static int AttemptNumber(string attemptId) =>
        int.TryParse(AttemptEnd().Match(attemptId).Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    [GeneratedRegex(@"-a([0-9]+)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AttemptEnd();
}
