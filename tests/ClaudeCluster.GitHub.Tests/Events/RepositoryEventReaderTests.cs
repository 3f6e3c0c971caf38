using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeCluster.GitHub.Tests.Events;

public sealed class RepositoryEventReaderTests
{
    private const string Sha = "9d4f2a61c0b35e7780f1d2c3b4a5968778695a4b";

    [Fact]
    public void Pull_request_of_our_own_branch_is_told_from_one_of_a_fork()
    {
        var payload = PullRequest();
        Assert.False(Read<RepositoryEvent.PullRequestChanged>("pull_request", payload).PullRequest.IsFromFork);

        payload["pull_request"]!["head"]!["repo"]!["id"] = 8;
        Assert.True(Read<RepositoryEvent.PullRequestChanged>("pull_request", payload).PullRequest.IsFromFork);

        payload["pull_request"]!["head"]!["repo"] = null;
        Assert.True(Read<RepositoryEvent.PullRequestChanged>("pull_request", payload).PullRequest.IsFromFork);
    }

    [Fact]
    public void Merged_pull_request_says_so()
    {
        var payload = PullRequest();
        (payload["action"], payload["pull_request"]!["state"], payload["pull_request"]!["merged"]) = ("closed", "closed", true);

        var read = Read<RepositoryEvent.PullRequestChanged>("pull_request", payload);

        Assert.Equal(("closed", true, false), (read.Action, read.PullRequest.IsMerged, read.PullRequest.IsOpen));
        Assert.Equal(new CommitId(Sha), read.PullRequest.HeadCommit);
    }

    [Theory]
    [InlineData("--upload-pack=evil")]
    [InlineData("a b")]
    [InlineData("")]
    public void Branch_that_could_be_taken_for_something_else_is_refused(string branch)
    {
        var payload = PullRequest();
        payload["pull_request"]!["head"]!["ref"] = branch;

        var error = Assert.Throws<BadInputException>(() => Read<RepositoryEvent>("pull_request", payload));

        Assert.Equal("hook $.pull_request.head.ref", Assert.Single(error.Problems).Place);
    }

    [Fact]
    public void Review_verdict_has_one_spelling()
    {
        var payload = PullRequest();
        payload["review"] = new JsonObject { ["id"] = 5, ["state"] = "CHANGES_REQUESTED", ["body"] = null, ["commit_id"] = Sha };

        var read = Read<RepositoryEvent.Reviewed>("pull_request_review", payload);

        Assert.Equal(("changes_requested", "", new CommitId(Sha)), (read.Verdict, read.Text, read.Commit));
    }

    [Fact]
    public void Push_that_makes_or_deletes_a_branch_has_one_commit()
    {
        var payload = Origin();
        (payload["ref"], payload["before"], payload["after"], payload["commits"]) = ("refs/heads/x", new string('0', 40), Sha, new JsonArray());
        Assert.Equal((null, new CommitId(Sha)), (Read<RepositoryEvent.Pushed>("push", payload).Before, Read<RepositoryEvent.Pushed>("push", payload).After));

        (payload["before"], payload["after"]) = (Sha, new string('0', 40));
        Assert.Null(Read<RepositoryEvent.Pushed>("push", payload).After);
    }

    [Fact]
    public void Same_event_has_the_same_key_by_any_door_and_another_has_another()
    {
        var (webhook, actions, later) = (PullRequest(), PullRequest(), PullRequest());
        webhook["installation"] = new JsonObject { ["id"] = 77 };
        later["pull_request"]!["updated_at"] = "2026-11-24T12:00:01Z";

        Assert.Equal(Read<RepositoryEvent>("pull_request", webhook).Key, Read<RepositoryEvent>("pull_request", actions).Key);
        Assert.NotEqual(Read<RepositoryEvent>("pull_request", webhook).Key, Read<RepositoryEvent>("pull_request", later).Key);
    }

    [Theory]
    [InlineData("issue_comment")]
    [InlineData("pull_request_review_comment")]
    public void A_new_comment_is_known_by_its_number_alone_whatever_stands_around_it_and_an_edit_is_not_the_comment(string name)
    {
        var (written, later, edited, deleted, other, elsewhere) = (Comment(), Comment(), Comment(), Comment(), Comment(), Comment());
        (later["issue"]!["title"], later["issue"]!["updated_at"], later["pull_request"]!["head"]!["sha"]) = ("Otherwise", "2026-11-24T13:00:00Z", new string('a', 40));
        (later["repository"]!["full_name"], later["repository"]!["default_branch"]) = ("octo/store", "trunk");
        (edited["action"], deleted["action"]) = ("edited", "deleted");
        other["comment"]!["id"] = 6;
        elsewhere["repository"]!["id"] = 8;

        var keys = new[] { written, edited, deleted, other, elsewhere }.Select(payload => Read<RepositoryEvent>(name, payload).Key).ToList();

        Assert.Equal(keys[0], Read<RepositoryEvent>(name, later).Key);
        Assert.Equal(5, keys.Distinct().Count());
        Assert.NotEqual(keys[0], Read<RepositoryEvent>(name == "issue_comment" ? "pull_request_review_comment" : "issue_comment", written).Key);
    }

    [Fact]
    public void Event_survives_the_hub()
    {
        RepositoryEvent read = Read<RepositoryEvent.PullRequestChanged>("pull_request", PullRequest());

        Assert.Equal(read, JsonSerializer.Deserialize<RepositoryEvent>(JsonSerializer.Serialize(read)));
    }

    [Fact]
    public void Event_that_is_not_cared_for_is_other_and_a_ping_of_no_repository_is_none()
    {
        var payload = Origin();
        payload["action"] = "published";

        Assert.Equal(("release", "published"), (Read<RepositoryEvent.Other>("release", payload).Name, Read<RepositoryEvent.Other>("release", payload).Action));
        Assert.Null(RepositoryEventReader.Read("""{"zen":"Design for failure."}"""u8.ToArray(), "hook", "ping"));
        Assert.Contains("$.repository", Assert.Throws<BadInputException>(() => RepositoryEventReader.Read("{}"u8.ToArray(), "hook", "push")).Message, StringComparison.Ordinal);
    }

    private static T Read<T>(string name, JsonObject payload)
        where T : RepositoryEvent => Assert.IsAssignableFrom<T>(RepositoryEventReader.Read(Encoding.UTF8.GetBytes(payload.ToJsonString()), "hook", name));

    private static JsonObject Origin() => new()
    {
        ["repository"] = new JsonObject { ["id"] = 7, ["full_name"] = "octo/shop", ["default_branch"] = "main", ["private"] = true },
        ["sender"] = new JsonObject { ["login"] = "ann", ["id"] = 3, ["type"] = "User" },
    };

    private static JsonObject Comment()
    {
        var payload = PullRequest();
        payload["action"] = "created";
        payload["issue"] = new JsonObject { ["number"] = 4, ["title"] = "It breaks", ["updated_at"] = "2026-11-24T12:00:00Z" };
        payload["comment"] = new JsonObject { ["id"] = 5, ["body"] = "/claude retry", ["path"] = "a.cs", ["created_at"] = "2026-11-24T12:00:00Z", ["updated_at"] = "2026-11-24T12:00:00Z" };
        return payload;
    }

    private static JsonObject PullRequest()
    {
        var payload = Origin();
        payload["action"] = "opened";
        payload["pull_request"] = new JsonObject
        {
            ["number"] = 4,
            ["state"] = "open",
            ["draft"] = false,
            ["merged"] = false,
            ["updated_at"] = "2026-11-24T12:00:00Z",
            ["head"] = new JsonObject { ["ref"] = "claude/issue-1", ["sha"] = Sha, ["repo"] = new JsonObject { ["id"] = 7 } },
            ["base"] = new JsonObject { ["ref"] = "main" },
        };
        return payload;
    }
}
