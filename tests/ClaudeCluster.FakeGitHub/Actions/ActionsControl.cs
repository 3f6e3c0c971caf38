using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Actions;

/// <summary>
/// The half of Actions that GitHub keeps to itself, in words of our own, for a process that reads workflow files and runs jobs; below
/// <c>/_fake/actions</c>. <c>unplanned</c> and <c>take</c> wait for up to 20 seconds, and answer <c>{}</c> if nothing came.
/// <code>
///   unplanned {}                         → {run, path, text, event, payload, github}     plan it:
///   planned {run, isWanted, name, title, concurrency, jobs: [{key, name, labels, isSkipped, permissions}]}   or {run, error}
///   runners {repository, name, labels}   → {runner}
///   take {runner}                        → {job, key, path, text, event, payload, github, token}
///   cancelled {job}                      → {isCancelled}
///   finish {job, conclusion, log}
///   lose {repository, name}              the machine is gone
/// </code>
/// </summary>
internal sealed class ActionsControl(World world)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private ActionsBoard Board => world.Actions;

    public async Task<JsonNode?> DoAsync(string call, JsonObject said, CancellationToken gone) => call switch
    {
        "unplanned" => await WaitAsync(() => Board.TakeUnplanned() is { } run ? Describe(run) : null, gone),
        "planned" => Do(() => Plan(Run(said), said)),
        "runners" => Do(() => new() { ["runner"] = Board.Register(RepositoryOf(said), Text(said, "name"), [.. Texts(said, "labels")]).Id }),
        "take" => await TakeAsync(said, gone),
        "cancelled" => Do(() => new() { ["isCancelled"] = Job(said).IsCancelled }),
        "finish" => Do(() => Board.Finish(Job(said), Text(said, "conclusion"), Text(said, "log"))),
        "lose" => Do(() => Board.Lose(Board.Runners.First(runner => runner.Repository == RepositoryOf(said) && runner.Name == Text(said, "name")))),
        _ => null,
    };

    /// <summary>A runner that asks is online, until its connection breaks.</summary>
    private async Task<JsonNode> TakeAsync(JsonObject said, CancellationToken gone)
    {
        Do(() => Runner(said).IsOnline = true);
        var taken = await WaitAsync(() => Board.Take(Runner(said)) is { } job ? Describe(job) : null, gone);
        if (gone.IsCancellationRequested)
            Do(() => Board.Lose(Runner(said)));
        return taken;
    }

    private void Plan(ActionsRun run, JsonObject said)
    {
        if (said["error"] is not null)
        {
            Board.Fail(run);
            return;
        }

        if (said["isWanted"]?.GetValue<bool>() != true)
        {
            Board.Drop(run);
            return;
        }

        (run.Name, run.Title) = (Text(said, "name"), Text(said, "title"));
        run.Concurrency = said["concurrency"] is JsonObject group
            ? new(Text(group, "group"), group["cancelsRunning"]!.GetValue<bool>(), group["keepsAll"]!.GetValue<bool>())
            : null;
        Board.Begin(run, [.. said["jobs"]!.AsArray().Select(each => each!.AsObject()).Select(job => new WorkflowJob(
            world.NewId(), run, Text(job, "key"), Text(job, "name"), [.. Texts(job, "labels")], job["isSkipped"]!.GetValue<bool>(),
            job["permissions"]!.AsObject().ToDictionary(pair => pair.Key.Replace('-', '_'), pair => pair.Value!.GetValue<string>())))]);
    }

    private JsonObject Describe(WorkflowJob job)
    {
        var json = Describe(job.Run);
        (json["job"], json["key"], json["token"]) = (job.Id, job.Key, job.Token!.Value);
        return json;
    }

    private JsonObject Describe(ActionsRun run)
    {
        var repository = run.Repository;
        var root = world.Url.AbsoluteUri.TrimEnd('/');
        return new()
        {
            ["run"] = run.Id,
            ["path"] = run.Path,
            ["text"] = run.Text,
            ["event"] = run.Event,
            ["payload"] = run.Payload.DeepClone(),
            ["github"] = new JsonObject
            {
                ["repository"] = repository.FullName,
                ["repository_id"] = repository.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["repository_owner"] = repository.Owner.Login,
                ["repository_owner_id"] = repository.Owner.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["event_name"] = run.Event,
                ["sha"] = run.Sha,
                ["ref"] = $"refs/heads/{run.Branch}",
                ["ref_name"] = run.Branch,
                ["ref_type"] = "branch",
                ["ref_protected"] = "false",
                ["head_ref"] = "",
                ["base_ref"] = "",
                ["run_id"] = run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["run_number"] = run.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["run_attempt"] = "1",
                ["actor"] = run.Actor.Login,
                ["actor_id"] = run.Actor.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["triggering_actor"] = run.Actor.Login,
                ["server_url"] = root,
                ["api_url"] = root,
                ["graphql_url"] = $"{root}/graphql",
                ["workflow_ref"] = $"{repository.FullName}/{run.Path}@refs/heads/{run.Branch}",
                ["workflow_sha"] = run.Sha,
                ["retention_days"] = "90",
            },
        };
    }

    private async Task<JsonNode> WaitAsync(Func<JsonObject?> take, CancellationToken gone)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone);
        limit.CancelAfter(LongestWait);
        while (true)
        {
            Task changed;
            lock (world.Gate)
            {
                if (gone.IsCancellationRequested)
                    return new JsonObject();
                if (take() is { } taken)
                    return taken;
                changed = Board.Changed;
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                return new JsonObject();
            }
        }
    }

    private JsonObject Do(Action change) => Do(() =>
    {
        change();
        return new JsonObject();
    });

    private JsonObject Do(Func<JsonObject> change)
    {
        lock (world.Gate)
            return change();
    }

    private ActionsRun Run(JsonObject said) => Board.All.Find(run => run.Id == said["run"]!.GetValue<long>()) ?? throw new InvalidOperationException("The fake has no such run.");

    private ActionsRunner Runner(JsonObject said) => Board.Runners.Find(runner => runner.Id == said["runner"]!.GetValue<long>()) ?? throw new InvalidOperationException("The fake has no such runner.");

    private WorkflowJob Job(JsonObject said) => Board.All.SelectMany(run => run.Jobs).First(job => job.Id == said["job"]!.GetValue<long>());

    private Repository RepositoryOf(JsonObject said)
    {
        var parts = Text(said, "repository").Split('/');
        return world.Find(parts[0], parts[^1]) ?? throw new InvalidOperationException($"The fake has no repository '{Text(said, "repository")}'.");
    }

    private static string Text(JsonObject said, string field) => said[field]?.GetValue<string>() ?? "";

    private static IEnumerable<string> Texts(JsonObject said, string field) => said[field]!.AsArray().Select(text => text!.GetValue<string>());
}
