using System.Globalization;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.Answers;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>The REST calls about workflow runs and self-hosted runners.</summary>
internal static class ActionsCalls
{
    private const int MostInputs = 25;

    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", "actions=write", Dispatch),
        new("GET", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", "actions=read", ListRuns),
        new("GET", "/repos/{owner}/{repo}/actions/runs/{run_id}", "actions=read", ReadRun),
        new("GET", "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs", "actions=read", ListJobs),
        new("POST", "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel", "actions=write", Cancel),
        new("GET", "/repos/{owner}/{repo}/actions/runners", "administration=read", ListRunners),
    ];

    /// <summary>Version 2022-11-28 answers 204, or 200 if it is asked for the run; 2026-03-10 always 200.</summary>
    private static Answer Dispatch(Call call)
    {
        var (actions, wantsDetails) = (call.World.Actions, call.Body?["return_run_details"] is not null);
        if (wantsDetails && !actions.KnowsRunDetails)
            return new(422, Shapes.Error(422, "Invalid request.\n\n\"return_run_details\" is not a permitted key."));
        var inputs = call.Body?["inputs"]?.AsObject() ?? [];
        if (inputs.Count > MostInputs)
            return new(422, Shapes.Error(422, $"Invalid request.\n\nNo more than {MostInputs} properties are allowed; {inputs.Count} were supplied."));
        if (call.Text("ref").Length == 0)
            return new(422, Shapes.Error(422, "Invalid request.\n\n\"ref\" wasn't supplied."));
        if (actions.Dispatch(call.Repository, call.Route["workflow_id"], call.Text("ref"), inputs, call.Token.User, out var problem) is not { } run)
            return problem is null ? Answer.NotFound : new(422, Shapes.Error(422, problem));
        return call.ApiVersion == "2026-03-10" || call.Body?["return_run_details"]?.GetValue<bool>() == true
            ? new(200, new ActionsShapes(call.World).Details(run))
            : new(204);
    }

    private static Answer ListRuns(Call call)
    {
        var (shapes, since) = (new ActionsShapes(call.World), Since(call.Query["created"].FirstOrDefault()));
        var found = call.World.Actions.Runs
            .Where(run => run.Repository == call.Repository && run.Path.EndsWith($"/{call.Route["workflow_id"]}", StringComparison.Ordinal))
            .Where(run => call.Query["event"].FirstOrDefault() is not { } wanted || run.Event == wanted)
            .Where(run => run.CreatedAt >= since)
            .Reverse()
            .ToList();
        return Listed("workflow_runs", found.Select(shapes.Run));
    }

    private static Answer ReadRun(Call call) => Find(call) is { } run ? new(200, new ActionsShapes(call.World).Run(run)) : Answer.NotFound;

    private static Answer ListJobs(Call call) => Find(call) is { } run ? Listed("jobs", run.Jobs.Select(new ActionsShapes(call.World).Job)) : Answer.NotFound;

    private static Answer Cancel(Call call) => Find(call) is not { } run ? Answer.NotFound
        : call.World.Actions.Cancel(run) ? new(202, new JsonObject())
        : new(409, Shapes.Error(409, "Cannot cancel a workflow run that is completed."));

    private static Answer ListRunners(Call call) =>
        Listed("runners", call.World.Actions.Runners.Where(runner => runner.Repository == call.Repository).Select(ActionsShapes.Runner));

    private static Answer Listed(string name, IEnumerable<JsonObject> items) => new(200) { List = [.. items], ListName = name };

    private static ActionsRun? Find(Call call) =>
        call.World.Actions.Runs.FirstOrDefault(run => run.Repository == call.Repository && run.Id.ToString(CultureInfo.InvariantCulture) == call.Route["run_id"]);

    /// <summary>As in <c>&gt;=2026-11-28T10:00:00Z</c>.</summary>
    private static DateTimeOffset Since(string? created) =>
        created?.StartsWith(">=", StringComparison.Ordinal) == true ? DateTimeOffset.Parse(created[2..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : DateTimeOffset.MinValue;
}
