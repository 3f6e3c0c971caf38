using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Actions;

/// <summary>
/// GitHub Actions: which runs there are, and who runs their jobs. Workflow files come from the default branch's git. Whoever uses it holds
/// <see cref="World.Gate"/>.
/// <code>
///   event ──► candidate ──plan──► queued ──► in_progress ──► completed ──► workflow_run, an event
///   dispatch ─────────────────────►│ ▲            ▲
///                       pending ◄──┘ │ its group  └─ a runner with the labels took a job
/// </code>
/// </summary>
public sealed partial class ActionsBoard(World world)
{
    private const string Folder = ".github/workflows/";
    private const string JobTokenUser = "github-actions[bot]";

    private readonly ActionsShapes _shapes = new(world);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _files = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next change.</summary>
    public Task Changed => _changed.Task;

    /// <summary>False: an older GitHub Enterprise Server, which refuses <c>return_run_details</c>.</summary>
    public bool KnowsRunDetails { get; set; } = true;

    public List<ActionsRunner> Runners { get; } = [];

    /// <summary>Those that began, and those of which nobody has found out yet whether they do.</summary>
    public List<ActionsRun> All { get; } = [];

    public IEnumerable<ActionsRun> Runs => All.Where(run => run.IsWanted);

    public ActionsRunner Register(Repository repository, string name, params IReadOnlyCollection<string> labels)
    {
        Runners.RemoveAll(known => known.Repository == repository && known.Name == name);
        var runner = new ActionsRunner(world.NewId(), repository, name, labels);
        Runners.Add(runner);
        Change();
        return runner;
    }

    /// <summary>Something happened that workflows may wait for. What a job's own token did starts nothing, so that no workflow starts itself.</summary>
    public void Hear(string eventName, JsonObject payload)
    {
        var sender = payload["sender"]?["login"]?.GetValue<string>() ?? "";
        if ((sender == JobTokenUser && eventName != "workflow_run") || Find(payload) is not { } repository || FilesOf(repository, out var sha).Count == 0)
            return;
        var word = new Regex($@"\b{Regex.Escape(eventName)}\b", RegexOptions.None, TimeSpan.FromSeconds(1));
        foreach (var (path, text) in FilesOf(repository, out _).Where(file => word.IsMatch(file.Value)))
            Add(repository, path, text, eventName, payload.DeepClone().AsObject(), repository.DefaultBranch, sha!, world.User(sender));
        Change();
    }

    /// <returns>Null, and why.</returns>
    public ActionsRun? Dispatch(Repository repository, string file, string reference, JsonObject inputs, User actor, out string? problem)
    {
        var branch = reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference["refs/heads/".Length..] : reference;
        problem = null;
        if (!FilesOf(repository, out _).ContainsKey(Folder + file) || repository.Git.Find($"refs/heads/{branch}") is not { } sha)
            return null;
        var text = repository.Git.ReadFile(sha, Folder + file) ?? "";
        problem = !text.Contains("workflow_dispatch", StringComparison.Ordinal) ? "Workflow does not have 'workflow_dispatch' trigger"
            : inputs.Select(input => input.Key).FirstOrDefault(name => !Regex.IsMatch(text, $@"^\s+{Regex.Escape(name)}:\s*$", RegexOptions.Multiline, TimeSpan.FromSeconds(1))) is { } unknown ? $"Unexpected inputs provided: [\"{unknown}\"]"
            : null;
        if (problem is not null)
            return null;
        var payload = new JsonObject { ["inputs"] = inputs.DeepClone(), ["ref"] = $"refs/heads/{branch}", ["workflow"] = Folder + file };
        var run = Add(repository, Folder + file, text, "workflow_dispatch", payload, branch, sha, actor);
        (run.IsWanted, run.Title) = (true, TitleOf(text, inputs) ?? run.Path);
        Change();
        return run;
    }

    /// <summary>The reader of workflow files takes what nobody has read.</summary>
    public ActionsRun? TakeUnplanned()
    {
        var run = All.Find(run => !run.IsPlanned && run.Status != "completed");
        if (run is not null)
            run.IsPlanned = true;
        return run;
    }

    /// <summary>The file does not wait for this event, or not for this one.</summary>
    public void Drop(ActionsRun run)
    {
        All.Remove(run);
        Change();
    }

    /// <summary>Its jobs are known: it waits for runners, or for another of its group.</summary>
    public void Begin(ActionsRun run, IEnumerable<WorkflowJob> jobs)
    {
        run.IsWanted = true;
        run.Jobs.AddRange(jobs);
        if (run.Status != "completed")
            Queue(run);
        Change();
    }

    /// <summary>GitHub cannot read the file, or its reader here does not know something in it.</summary>
    public void Fail(ActionsRun run)
    {
        run.IsWanted = true;
        End(run, "startup_failure");
    }

    /// <returns>Null: there is none for it now.</returns>
    public WorkflowJob? Take(ActionsRunner runner)
    {
        if (!runner.IsOnline || runner.Job is not null)
            return null;
        var job = Runs.Where(run => run.Repository == runner.Repository && run.Status is "queued" or "in_progress")
            .SelectMany(run => run.Jobs).FirstOrDefault(job => job.Status == "queued" && runner.Satisfies(job.Labels));
        if (job is null)
            return null;
        (runner.Job, job.Runner, job.Status, job.StartedAt) = (job, runner, "in_progress", world.Now);
        (job.Run.Status, job.Run.UpdatedAt) = ("in_progress", world.Now);
        job.Token = world.AddJobToken(runner.Repository, job.Permissions);
        Tell("workflow_job", "in_progress", job);
        Change();
        return job;
    }

    public void Finish(WorkflowJob job, string conclusion, string log = "")
    {
        if (job.Runner is { } runner)
            runner.Job = null;
        if (job.Token is { } token)
            token.IsRevoked = true;
        if (job.Status == "completed")
            return;
        (job.Status, job.Conclusion, job.CompletedAt, job.Log) = ("completed", conclusion, world.Now, log);
        Tell("workflow_job", "completed", job);
        if (job.Run.Jobs.TrueForAll(each => each.Status == "completed"))
            End(job.Run, ConclusionOf(job.Run));
        Change();
    }

    /// <summary>The runner's machine is gone, and its job with it. GitHub needs ten minutes to see that; here it is at once.</summary>
    public void Lose(ActionsRunner runner)
    {
        runner.IsOnline = false;
        if (runner.Job is { } job)
            Finish(job, "failure");
        Change();
    }

    /// <returns>False: it has ended already.</returns>
    public bool Cancel(ActionsRun run)
    {
        if (run.Status == "completed")
            return false;
        foreach (var job in run.Jobs.Where(job => job.Status != "completed").ToList())
        {
            job.IsCancelled = true;
            if (job.Status == "queued")
                Finish(job, "cancelled");
        }

        if (run.Jobs.Count == 0)
            End(run, "cancelled");
        Change();
        return true;
    }

    private ActionsRun Add(Repository repository, string path, string text, string eventName, JsonObject payload, string branch, string sha, User actor)
    {
        var run = new ActionsRun(world.NewId(), All.Count + 1, repository, path, text, eventName, payload, branch, sha, actor, world.Now);
        All.Add(run);
        return run;
    }

    private void Queue(ActionsRun run)
    {
        if (run.Jobs.TrueForAll(job => job.Status == "completed"))
        {
            End(run, ConclusionOf(run));
            return;
        }

        foreach (var job in run.Jobs.Where(job => job.Status == "queued"))
            Tell("workflow_job", "queued", job);
        var others = run.Concurrency is null ? [] : Others(run);
        if (others.Count == 0)
            return;
        run.Status = "pending";
        foreach (var other in others.Where(other => other.Status == "pending" ? !run.Concurrency!.KeepsAll : run.Concurrency!.CancelsRunning))
            Cancel(other);
    }

    private List<ActionsRun> Others(ActionsRun run) =>
        [.. Runs.Where(other => other != run && other.IsPlanned && other.Repository == run.Repository && other.Status != "completed" && string.Equals(other.Concurrency?.Group, run.Concurrency?.Group, StringComparison.OrdinalIgnoreCase))];

    private void End(ActionsRun run, string conclusion)
    {
        (run.Status, run.Conclusion, run.UpdatedAt) = ("completed", conclusion, world.Now);
        var payload = _shapes.Event(run.Repository, "completed", run.Actor);
        payload["workflow_run"] = _shapes.Run(run);
        world.Happened.Enqueue(("workflow_run", payload));
        if (run.Concurrency is not null && Others(run) is { Count: > 0 } waiting && waiting.TrueForAll(other => other.Status == "pending"))
            waiting[0].Status = "queued";
        Change();
    }

    private static string ConclusionOf(ActionsRun run) =>
        ((string[])["failure", "cancelled", "success"]).FirstOrDefault(word => run.Jobs.Exists(job => job.Conclusion == word)) ?? "skipped";

    private void Tell(string eventName, string action, WorkflowJob job)
    {
        var payload = _shapes.Event(job.Run.Repository, action, job.Run.Actor);
        payload[eventName] = _shapes.Job(job);
        world.Happened.Enqueue((eventName, payload));
    }

    private void Change()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private Repository? Find(JsonObject payload)
    {
        var id = payload["repository"]?["id"]?.GetValue<long>();
        return world.Repositories.Find(repository => repository.Id == id);
    }

    private IReadOnlyDictionary<string, string> FilesOf(Repository repository, out string? sha)
    {
        sha = repository.Git.Find($"refs/heads/{repository.DefaultBranch}");
        if (sha is null)
            return new Dictionary<string, string>();
        if (!_files.TryGetValue(sha, out var files))
            _files[sha] = files = repository.Git.ReadFolder(sha, Folder).Where(file => file.Key.EndsWith(".yml", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        return files;
    }

    /// <summary>GitHub knows it when it answers; the file's reader says it again later.</summary>
    private static string? TitleOf(string text, JsonObject inputs) =>
        RunName().Match(text) is { Success: true } found ? InputInIt().Replace(found.Groups["name"].Value.Trim(), match => inputs[match.Groups["input"].Value]?.ToString() ?? "") : null;

    [GeneratedRegex(@"^run-name:(?<name>.*)$", RegexOptions.Multiline, 1000)]
    private static partial Regex RunName();

    [GeneratedRegex(@"\$\{\{\s*inputs\.(?<input>[\w-]+)\s*\}\}", RegexOptions.None, 1000)]
    private static partial Regex InputInIt();
}
