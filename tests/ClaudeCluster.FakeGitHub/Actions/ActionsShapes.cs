using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Actions;

/// <summary>How GitHub writes runs, jobs and runners.</summary>
internal sealed class ActionsShapes(World world)
{
    private readonly Shapes _shapes = new(world);

    /// <summary>The frame of a webhook's payload.</summary>
    public JsonObject Event(Repository repository, string action, User sender) =>
        new() { ["action"] = action, ["repository"] = _shapes.Repository(repository), ["sender"] = _shapes.User(sender) };

    public JsonObject Run(ActionsRun run)
    {
        var api = $"{Api(run.Repository)}/actions/runs/{run.Id}";
        return new()
        {
            ["id"] = run.Id,
            ["node_id"] = Shapes.NodeId("WFR", run.Id),
            ["name"] = run.Name,
            ["display_title"] = run.Title,
            ["path"] = run.Path,
            ["event"] = run.Event,
            ["status"] = run.Status,
            ["conclusion"] = run.Conclusion,
            ["head_branch"] = run.Branch,
            ["head_sha"] = run.Sha,
            ["head_commit"] = null,
            ["run_number"] = run.Number,
            ["run_attempt"] = 1,
            ["workflow_id"] = WorkflowId(run),
            ["pull_requests"] = new JsonArray(),
            ["actor"] = _shapes.User(run.Actor),
            ["triggering_actor"] = _shapes.User(run.Actor),
            ["repository"] = _shapes.Repository(run.Repository),
            ["head_repository"] = _shapes.Repository(run.Repository),
            ["url"] = api,
            ["html_url"] = HtmlUrl(run),
            ["jobs_url"] = $"{api}/jobs",
            ["logs_url"] = $"{api}/logs",
            ["cancel_url"] = $"{api}/cancel",
            ["rerun_url"] = $"{api}/rerun",
            ["artifacts_url"] = $"{api}/artifacts",
            ["check_suite_url"] = $"{Api(run.Repository)}/check-suites/{run.Id}",
            ["workflow_url"] = $"{Api(run.Repository)}/actions/workflows/{WorkflowId(run)}",
            ["created_at"] = Shapes.Time(run.CreatedAt),
            ["updated_at"] = Shapes.Time(run.UpdatedAt),
        };
    }

    public JsonObject Details(ActionsRun run) => new()
    {
        ["workflow_run_id"] = run.Id,
        ["run_url"] = $"{Api(run.Repository)}/actions/runs/{run.Id}",
        ["html_url"] = HtmlUrl(run),
    };

    public JsonObject Job(WorkflowJob job) => new()
    {
        ["id"] = job.Id,
        ["node_id"] = Shapes.NodeId("CR", job.Id),
        ["run_id"] = job.Run.Id,
        ["run_url"] = $"{Api(job.Run.Repository)}/actions/runs/{job.Run.Id}",
        ["run_attempt"] = 1,
        ["head_sha"] = job.Run.Sha,
        ["head_branch"] = job.Run.Branch,
        ["workflow_name"] = job.Run.Name,
        ["name"] = job.Name,
        ["status"] = job.Status,
        ["conclusion"] = job.Conclusion,
        ["labels"] = new JsonArray([.. job.Labels.Select(label => JsonValue.Create(label))]),
        ["runner_id"] = job.Runner?.Id,
        ["runner_name"] = job.Runner?.Name,
        ["runner_group_id"] = job.Runner is null ? null : 1,
        ["runner_group_name"] = job.Runner is null ? null : "Default",
        ["url"] = $"{Api(job.Run.Repository)}/actions/jobs/{job.Id}",
        ["html_url"] = $"{HtmlUrl(job.Run)}/job/{job.Id}",
        ["check_run_url"] = $"{Api(job.Run.Repository)}/check-runs/{job.Id}",
        ["created_at"] = Shapes.Time(job.Run.CreatedAt),
        ["started_at"] = Shapes.Time(job.StartedAt ?? job.Run.CreatedAt),
        ["completed_at"] = job.CompletedAt is { } end ? Shapes.Time(end) : null,
    };

    public static JsonObject Runner(ActionsRunner runner) => new()
    {
        ["id"] = runner.Id,
        ["name"] = runner.Name,
        ["os"] = "linux",
        ["status"] = runner.IsOnline ? "online" : "offline",
        ["busy"] = runner.Job is not null,
        ["labels"] = new JsonArray([.. runner.Labels.Select(label => new JsonObject { ["name"] = label, ["type"] = label == "self-hosted" ? "read-only" : "custom" })]),
    };

    private static long WorkflowId(ActionsRun run) => run.Repository.Id + run.Path.Length;

    private string Api(Repository repository) => $"{world.Url.AbsoluteUri.TrimEnd('/')}/repos/{repository.FullName}";

    private string HtmlUrl(ActionsRun run) => $"{world.Url.AbsoluteUri.TrimEnd('/')}/{run.Repository.FullName}/actions/runs/{run.Id}";
}
