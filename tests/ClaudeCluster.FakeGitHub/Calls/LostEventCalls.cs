using System.Globalization;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>By which somebody who has missed events finds out how things stand.</summary>
internal static class LostEventCalls
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/app", "app", call => new(200, AppOf(call))),
        new("GET", "/app/installations", "app", ListInstallations),
        new("GET", "/installation/repositories", "metadata=read", ListRepositories),
        new("GET", "/repos/{owner}/{repo}", "metadata=read", call => new(200, Whole(call, call.Repository))),
        new("GET", "/repos/{owner}/{repo}/issues", "issues=read", ListIssues),
        new("GET", "/repos/{owner}/{repo}/issues/{issue_number}", "issues=read", call => RestCalls.FindIssue(call, out var problem) is { } issue ? new(200, call.Shapes.Issue(call.Repository, issue)) : problem),
        new("GET", "/repos/{owner}/{repo}/branches", "contents=read", _ => new(200) { List = [] }),
        new("GET", "/repos/{owner}/{repo}/actions/runs", "actions=read", _ => new(200, Nothing("workflow_runs"))),
    ];

    public static JsonObject Labelling(Call call, Repository repository, JsonObject variables)
    {
        var number = variables["number"]!.GetValue<int>();
        if (repository.FindIssue(number) is not { IsDeleted: false } issue)
        {
            call.Problems.Add(new() { ["type"] = "NOT_FOUND", ["message"] = $"Could not resolve to an Issue with the number of {number}.", ["path"] = new JsonArray("repository", "issue") });
            return new() { ["issue"] = null };
        }

        var labelled = issue.Labelled.Select(set => LabelEvent("LabeledEvent", set)).Concat(issue.Unlabelled.Select(taken => LabelEvent("UnlabeledEvent", taken)));
        var closed = issue.Closings.Select(closing => (closing.At, Node: new JsonObject
        {
            ["__typename"] = "ClosedEvent",
            ["createdAt"] = Shapes.Time(closing.At),
            ["actor"] = Actor(closing.By),
        }));
        var renamed = issue.Renamed.Select(change => (change.At, Node: new JsonObject
        {
            ["__typename"] = "RenamedTitleEvent",
            ["createdAt"] = Shapes.Time(change.At),
            ["actor"] = new JsonObject { ["login"] = change.By.Login },
        }));
        return new()
        {
            ["issue"] = new JsonObject
            {
                ["title"] = issue.Title,
                ["body"] = issue.Body ?? "",
                ["url"] = $"{call.World.Url.AbsoluteUri}{repository.FullName}/issues/{number}",
                ["state"] = issue.State.ToUpperInvariant(),
                ["lastEditedAt"] = issue.Edited is { } edited ? Shapes.Time(edited.At) : null,
                ["author"] = new JsonObject { ["login"] = issue.Author.Login },
                ["editor"] = issue.Edited is { } last ? new JsonObject { ["login"] = last.By.Login } : null,
                ["labels"] = new JsonObject { ["nodes"] = new JsonArray([.. issue.Labels.Select(label => new JsonObject { ["name"] = label.Name })]) },
                ["timelineItems"] = new JsonObject { ["nodes"] = new JsonArray([.. labelled.Concat(closed).Concat(renamed).OrderBy(item => item.At).TakeLast(100).Select(item => item.Node)]) },
            },
        };
    }

    private static (DateTimeOffset At, JsonObject Node) LabelEvent(string type, (string Label, User By, DateTimeOffset At) change) => (change.At, new()
    {
        ["__typename"] = type,
        ["createdAt"] = Shapes.Time(change.At),
        ["label"] = new JsonObject { ["name"] = change.Label },
        ["actor"] = Actor(change.By),
    });

    public static JsonObject PullRequest(Call call, Repository repository, JsonObject variables)
    {
        if (FeedbackQueries.Find(call, repository, variables) is not { } pull)
            return new() { ["pullRequest"] = null };
        var json = FeedbackQueries.Look(call, repository, variables)["pullRequest"]!.DeepClone().AsObject();
        json["isDraft"] = pull.IsDraft;
        json["isCrossRepository"] = false;
        json["updatedAt"] = Shapes.Time(pull.UpdatedAt);
        json["headRefName"] = pull.Head;
        json["baseRefName"] = pull.Base;
        json["baseRef"] = repository.Git.Find($"refs/heads/{pull.Base}") is { } tip ? new JsonObject { ["target"] = new JsonObject { ["oid"] = tip } } : null;
        json["timelineItems"] = new JsonObject { ["nodes"] = new JsonArray(pull.ClosedBy is { } closer ? [new JsonObject { ["actor"] = Actor(closer) }] : []) };
        json["latestOpinionatedReviews"] = new JsonObject
        {
            ["nodes"] = new JsonArray(
            [
                .. pull.Reviews.Where(review => review.Verdict != "commented").GroupBy(review => review.Author).Select(group => Review(group.Last())),
            ]),
        };
        return new() { ["pullRequest"] = json };
    }

    public static JsonObject Reviews(Call call, Repository repository, JsonObject variables) => new()
    {
        ["pullRequest"] = FeedbackQueries.Find(call, repository, variables) is { } pull
            ? new JsonObject { ["reviews"] = new JsonObject { ["nodes"] = new JsonArray([.. pull.Reviews.TakeLast(30).Select(ReviewWithEdits)]) } }
            : null,
    };

    private static JsonObject Review(GivenReview review) => new()
    {
        ["fullDatabaseId"] = review.Id.ToString(CultureInfo.InvariantCulture),
        ["state"] = review.Verdict.ToUpperInvariant(),
        ["body"] = review.Text ?? "",
        ["submittedAt"] = Shapes.Time(review.SubmittedAt),
        ["commit"] = new JsonObject { ["oid"] = review.Commit },
        ["author"] = Actor(review.Author),
    };

    private static JsonObject ReviewWithEdits(GivenReview review)
    {
        var json = Review(review);
        json["lastEditedAt"] = review.EditedAt is { } edited ? Shapes.Time(edited) : null;
        return json;
    }

    private static Answer ListInstallations(Call call)
    {
        var all = call.Token.App!.Installations.Select(call.Shapes.Installation).ToList();

        // By GitHub's description of this one call an account is a user and an enterprise at once, or nothing.
        all.ForEach(installation => installation["account"] = null);
        return new(200) { List = all };
    }

    private static Answer ListRepositories(Call call)
    {
        var seen = call.World.Repositories.Where(call.Token.Sees).Where(repository => call.Token.Repositories is not null).ToList();
        return new(200, new JsonObject { ["total_count"] = seen.Count, ["repositories"] = new JsonArray([.. seen.Select(call.Shapes.Repository)]) });
    }

    private static Answer ListIssues(Call call)
    {
        var labels = call.Query["labels"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var state = call.Query["state"].FirstOrDefault() ?? "open";
        return new(200)
        {
            List =
            [
                .. call.Repository.Issues
                    .Where(issue => !issue.IsDeleted && (state == "all" || issue.State == state))
                    .Where(issue => labels.All(wanted => issue.Labels.Exists(label => string.Equals(label.Name, wanted, StringComparison.OrdinalIgnoreCase))))
                    .OrderByDescending(issue => issue.Number)
                    .Select(issue => call.Shapes.Issue(call.Repository, issue)),
            ],
        };
    }

    private static JsonObject Nothing(string list) => new() { ["total_count"] = 0, [list] = new JsonArray() };

    private static JsonObject AppOf(Call call)
    {
        var app = call.Token.App!;
        return new()
        {
            ["id"] = app.Id,
            ["slug"] = app.Slug,
            ["node_id"] = Shapes.NodeId("A", app.Id),
            ["owner"] = call.Shapes.User(app.Bot),
            ["name"] = app.Slug,
            ["description"] = null,
            ["external_url"] = "https://example.invalid",
            ["html_url"] = $"https://example.invalid/apps/{app.Slug}",
            ["created_at"] = Shapes.Time(call.World.Now),
            ["updated_at"] = Shapes.Time(call.World.Now),
            ["permissions"] = new JsonObject(app.Permissions.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["events"] = new JsonArray(),
        };
    }

    private static JsonObject Whole(Call call, Repository repository)
    {
        var json = call.Shapes.Repository(repository);
        json["network_count"] = 0;
        json["subscribers_count"] = 0;
        return json;
    }

    /// <summary>GraphQL leaves out what others write behind an App's name.</summary>
    private static JsonObject Actor(User user) => new()
    {
        ["__typename"] = user.Type,
        ["login"] = user.Type == "Bot" ? user.Login.Replace("[bot]", "", StringComparison.Ordinal) : user.Login,
        ["databaseId"] = user.Id,
    };
}
