using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.Calls;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.FakeGitHub.Webhooks;

namespace ClaudeCluster.FakeGitHub;

/// <summary>What people do on GitHub's pages; each changes the state and is told to the webhook.</summary>
public sealed partial class People(World world, WebhookSender webhooks)
{
    private readonly Shapes _shapes = new(world);

    public async Task<Issue> OpenIssueAsync(Repository repository, string login, string title, string? body, params string[] labels)
    {
        Issue issue;
        lock (world.Gate)
        {
            issue = new Issue(world.NewId(), repository.NewNumber(), world.User(login), title, body, world.Now);
            repository.Issues.Add(issue);
            foreach (var label in labels)
                RestCalls.AddLabel(world, repository, issue, label, world.User(login));
        }

        await TellAsync("issues", "opened", repository, issue, login);
        return issue;
    }

    public async Task LabelAsync(Repository repository, Issue issue, string label, string login)
    {
        lock (world.Gate)
            RestCalls.AddLabel(world, repository, issue, label, world.User(login));
        await TellAsync("issues", "labeled", repository, issue, login, payload => payload["label"] = LabelOf(repository, label));
    }

    public async Task UnlabelAsync(Repository repository, Issue issue, string label, string login)
    {
        JsonObject taken;
        lock (world.Gate)
        {
            taken = LabelOf(repository, label);
            issue.Labels.RemoveAll(known => known.Name == label);
            issue.Unlabelled.Add((label, world.User(login), world.Now));
            issue.UpdatedAt = world.Now;
        }

        await TellAsync("issues", "unlabeled", repository, issue, login, payload => payload["label"] = taken);
    }

    public async Task EditIssueAsync(Repository repository, Issue issue, string title, string? body, string login)
    {
        var changes = new JsonObject();
        lock (world.Gate)
        {
            if (issue.Title != title)
                changes["title"] = new JsonObject { ["from"] = issue.Title };
            if (issue.Body != body)
                changes["body"] = new JsonObject { ["from"] = issue.Body ?? "" };
            if (issue.Title != title)
                issue.Renamed.Add((world.User(login), world.Now));
            if (issue.Body != body)
                issue.Edited = (world.User(login), world.Now);
            (issue.Title, issue.Body, issue.UpdatedAt) = (title, body, world.Now);
        }

        await TellAsync("issues", "edited", repository, issue, login, payload => payload["changes"] = changes);
    }

    public async Task CloseIssueAsync(Repository repository, Issue issue, string login)
    {
        lock (world.Gate)
        {
            (issue.State, issue.UpdatedAt) = ("closed", world.Now);
            issue.Closings.Add((world.User(login), world.Now));
        }

        await TellAsync("issues", "closed", repository, issue, login);
    }

    public async Task DeleteIssueAsync(Repository repository, Issue issue, string login)
    {
        lock (world.Gate)
            issue.IsDeleted = true;
        await TellAsync("issues", "deleted", repository, issue, login);
    }

    public async Task ReopenIssueAsync(Repository repository, Issue issue, string login)
    {
        lock (world.Gate)
            (issue.State, issue.UpdatedAt) = ("open", world.Now);
        await TellAsync("issues", "reopened", repository, issue, login);
    }

    public async Task<Comment> CommentAsync(Repository repository, Issue issue, string login, string body)
    {
        Comment comment;
        lock (world.Gate)
        {
            comment = new Comment(world.NewId() + 3_000_000_000, world.User(login), body, world.Now);
            issue.Comments.Add(comment);
        }

        await TellAsync("issue_comment", "created", repository, issue, login, payload => payload["comment"] = _shapes.Comment(repository, issue, comment));
        return comment;
    }

    public async Task EditCommentAsync(Repository repository, Issue issue, Comment comment, string body, string login)
    {
        var changes = new JsonObject { ["body"] = new JsonObject { ["from"] = comment.Body } };
        lock (world.Gate)
            (comment.Body, comment.UpdatedAt) = (body, world.Now);
        await TellAsync("issue_comment", "edited", repository, issue, login, payload => (payload["changes"], payload["comment"]) = (changes, _shapes.Comment(repository, issue, comment)));
    }

    private Task TellAsync(string eventName, string action, Repository repository, Issue issue, string login, Action<JsonObject>? more = null) =>
        TellAsync(eventName, action, repository, login, payload =>
        {
            payload["issue"] = _shapes.Issue(repository, issue);
            more?.Invoke(payload);
        });

    private async Task TellAsync(string eventName, string action, Repository repository, string login, Action<JsonObject> more)
    {
        JsonObject payload;
        lock (world.Gate)
        {
            payload = new JsonObject
            {
                ["action"] = action,
                ["repository"] = _shapes.Repository(repository),
                ["sender"] = _shapes.User(world.User(login)),
            };
            more(payload);
            world.Actions.Hear(eventName, payload);
        }

        await webhooks.SendAsync(eventName, payload);
    }

    private JsonObject LabelOf(Repository repository, string name) => _shapes.Label(repository, repository.Labels.First(label => label.Name == name));
}
