namespace ClaudeCluster.Agent;

/// <summary>
/// One attempt from an empty folder to a pushed commit. Whatever happens, what was written is committed and pushed as the attempt's
/// own branch, so that nothing stays on one PC, and the end is a typed outcome.
/// </summary>
public sealed class AttemptStory(AgentOptions options, ICoder coder, Workspaces workspaces, Git git, TimeProvider time)
{
    private const int LongestClaim = 20_000;

    private readonly CommitAndPush _publishing = new(git);
    private readonly DiffReader _diffs = new(git);
    private readonly WithheldWork _withheld = new(options, git, time);
    private readonly Perseverance _perseverance = new(time);

    /// <param name="task">What to do.</param>
    /// <param name="progress">Told what happens, for people.</param>
    /// <param name="stopping">The agent is being stopped: the attempt is handed back.</param>
    public async Task<AttemptResult> RunAsync(AgentTask task, IProgress<string>? progress, CancellationToken stopping)
    {
        var start = time.GetTimestamp();
        var known = new Known { Result = new AttemptResult { Agent = options.AgentId, Coder = coder.Name, Outcome = new AttemptOutcome.Failed("The attempt did not begin.") } };
        AttemptOutcome outcome;
        try
        {
            using var memory = TaskMemory.TryOpen(options.Root, task, time);
            var workspace = await _perseverance.TryAsync(task.AttemptId, () => workspaces.OpenAsync(task, stopping), progress, stopping);
            try
            {
                outcome = await WorkAsync(task, workspace, memory, known, progress, stopping);
            }
            finally
            {
                await LeaveAsync(workspace, progress);
            }
        }
        catch (Exception failure) when (AttemptFailures.Explain(failure, stopping.IsCancellationRequested) is not null)
        {
            progress.Hear(failure.ToString());
            outcome = AttemptFailures.Explain(failure, stopping.IsCancellationRequested)!;
        }
        return known.Result with { Outcome = outcome, Usage = known.Result.Usage with { Duration = time.GetElapsedTime(start) } };
    }

    /// <summary>What is known of the attempt so far, which no exception takes away: it has been paid.</summary>
    private sealed class Known
    {
        public required AttemptResult Result { get; set; }
    }

    private static async Task LeaveAsync(Workspace workspace, IProgress<string>? progress)
    {
        await workspace.DisposeAsync();
        if (workspace.NotRemoved is not { } left)
            return;
        progress?.Report($"not everything of it could be removed, which the next start of the agent does: {left.Message}");
        progress.Hear(left.ToString());
    }

    private async Task<AttemptOutcome> WorkAsync(AgentTask task, Workspace workspace, TaskMemory? memory, Known known, IProgress<string>? progress, CancellationToken stopping)
    {
        progress.Enter("coding");
        var job = JobOf(task, workspace, memory, progress);
        var report = await EditAsync(job, stopping);
        for (var turn = 0; ; turn++)
        {
            known.Result = known.Result with { Usage = report.Usage, ClaudeSession = report.Session, Claimed = Shortened(report.Claimed) };

            // From here on nothing is cut short by a stop: the work is saved first. Git has its own limits.
            var commit = await _publishing.CommitAsync(workspace, CommitMessage.Write(task), CancellationToken.None);
            if (!await _publishing.ChangesAnythingAsync(workspace, commit, CancellationToken.None))
            {
                if (!stopping.IsCancellationRequested && FreshStart.Of(job, report, task) is { } fresh)
                {
                    progress?.Report("the session that was gone on with changed nothing; the work begins anew");
                    (job, report) = (fresh, FixTurn.Sum(report, await EditAsync(fresh, stopping)));
                    continue;
                }

                return stopping.IsCancellationRequested ? new AttemptOutcome.HandedBack() : report.Failure ?? new AttemptOutcome.NoChanges();
            }

            if (await _withheld.LookAsync(workspace, commit, CommitMessage.Write(task), task.DiffRules, CancellationToken.None) is { } withheld)
            {
                known.Result = known.Result with { Claimed = _withheld.Redact(known.Result.Claimed) };
                return withheld;
            }

            // Read before the tests, which run what the coder wrote.
            var verdict = DiffPolicy.Judge(await _diffs.ReadAsync(workspace, commit, CancellationToken.None), task.DiffRules);
            progress.Enter("verifying");
            var (verified, failure) = report.Failure is null ? await VerifyAsync(task, workspace, commit, progress, stopping) : ([], report.Failure);
            known.Result = known.Result with { Verified = verified, Diff = verdict.Summary };
            await workspace.RestoreMirrorAsync(CancellationToken.None);
            if (failure is null && coder.TakesFollowUps && !stopping.IsCancellationRequested && FixTurn.Next(turn, task.Limits, report, verified) is { } failed)
            {
                report = FixTurn.Sum(report, await FixAsync(job, report, failed, progress, stopping));
                continue;
            }

            await PushAsync(task, workspace, commit, progress, stopping);
            known.Result = known.Result with { Commit = commit };
            return stopping.IsCancellationRequested ? new AttemptOutcome.HandedBack() : failure ?? Judge(verified, verdict);
        }
    }

    private async Task PushAsync(AgentTask task, Workspace workspace, CommitId commit, IProgress<string>? progress, CancellationToken stopping)
    {
        progress.Enter("pushing");
        try
        {
            await _perseverance.TryAsync(task.AttemptId, PushOnceAsync, progress, stopping);
        }
        catch (Exception failure) when (AttemptFailures.Explain(failure, stopping.IsCancellationRequested) is not null)
        {
            progress?.Report($"the work could not be pushed: it is commit {commit.Short} in {workspace.RepositoryName} of this agent, and on no other PC");
            throw;
        }

        progress?.Report($"pushed {task.AttemptBranch} at {commit.Short}");

        async Task<CommitId> PushOnceAsync()
        {
            await _publishing.PushAsync(workspace, commit, task.AttemptBranch, CancellationToken.None);
            return commit;
        }
    }

    private Task<CoderReport> FixAsync(CoderJob job, CoderReport report, Verification failed, IProgress<string>? progress, CancellationToken stopping)
    {
        progress?.Report($"{failed.Command} fails; the coder is told");
        progress.Enter("coding");
        var followUp = job with
        {
            Prompt = FixTurn.Prompt(job.AttemptId, failed, progress.TakeGuidance()),
            Limits = FixTurn.Left(job.Limits, report.Usage),
            ResumeSession = report.Session,
            IsFollowUp = true,
        };
        return EditAsync(followUp, stopping);
    }

    private CoderJob JobOf(AgentTask task, Workspace workspace, TaskMemory? memory, IProgress<string>? progress)
    {
        var session = memory?.SessionFor(task, options.AgentId);
        return new()
        {
            AttemptId = task.AttemptId,
            Folder = workspace.Folder,
            Scratch = workspace.Scratch,
            Memory = memory?.Folder,
            Prompt = PromptBuilder.Build(task, isFreshAgain: session is not null && task.Earlier?.Commit is null),
            Limits = task.Limits,
            ResumeSession = session,
            Progress = progress,
        };
    }

    /// <summary>The coder's own failure, or what went wrong around it, is a report: the work so far is saved either way.</summary>
    private async Task<CoderReport> EditAsync(CoderJob job, CancellationToken stopping)
    {
        try
        {
            return await coder.RunAsync(job, stopping);
        }
        catch (Exception failure) when (AttemptFailures.Explain(failure, stopping.IsCancellationRequested) is not null)
        {
            job.Progress.Hear(failure.ToString());
            return new CoderReport { Failure = AttemptFailures.Explain(failure, stopping.IsCancellationRequested) };
        }
    }

    /// <summary>A commit that cannot even be checked out or tried must not be lost either.</summary>
    private async Task<(IReadOnlyList<Verification> Verified, AttemptOutcome? Failure)> VerifyAsync(
        AgentTask task, Workspace workspace, CommitId commit, IProgress<string>? progress, CancellationToken stopping)
    {
        progress?.Report("runs the tests on a clean checkout");
        try
        {
            if (await workspace.FindUnresolvedAsync(commit, CancellationToken.None) is [_, ..] unresolved)
                return ([], new AttemptOutcome.Failed($"The conflict is not resolved: git's marks are left in {string.Join(", ", unresolved.Take(5))}."));
            var verify = new Verify(options with { Sandbox = options.Sandbox?.For(task) }, time);
            var verified = await verify.RunAsync(workspace, commit, task.Tests, task.Limits.TestTime, stopping);
            foreach (var test in verified.Where(test => test.Counts is not null))
                progress?.Report($"{test.Command}: {test.Counts}");
            return (verified, null);
        }
        catch (Exception failure) when (AttemptFailures.Explain(failure, stopping.IsCancellationRequested) is not null)
        {
            progress.Hear(failure.ToString());
            return ([], AttemptFailures.Explain(failure, stopping.IsCancellationRequested));
        }
    }

    // It goes into history, whose entries have a size that a model does not choose.
    private static string? Shortened(string? claimed) => claimed?.Length > LongestClaim
        ? string.Concat(claimed.AsSpan(0, char.IsHighSurrogate(claimed[LongestClaim - 1]) ? LongestClaim - 1 : LongestClaim), "…")
        : claimed;

    // A failing test can be mended by another attempt, and a person would only be asked about work that may still change.
    private static AttemptOutcome Judge(IReadOnlyList<Verification> verified, DiffVerdict verdict) =>
        verified.FirstOrDefault(test => !test.Passed) is { } failed ? new AttemptOutcome.TestsFailed(failed.Command, failed.Tail)
        : verdict.Reasons.Count > 0 ? new AttemptOutcome.PolicyRejected(verdict.Reasons)
        : new AttemptOutcome.Succeeded();
}
