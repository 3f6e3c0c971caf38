using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.FakeGitHub.Webhooks;

namespace ClaudeCluster.FakeGitHub;

/// <summary>What people do to pull requests, and what their tools say of commits.</summary>
public sealed partial class People
{
    private Payloads Payloads => new(world, _shapes);

    /// <summary>Below the pull request, not at its lines.</summary>
    public Task<Comment> CommentAsync(Repository repository, PullRequest pull, string login, string body) => DoAsync<Comment>(() =>
    {
        var comment = new Comment(world.NewId() + 3_000_000_000, world.User(login), body, world.Now);
        pull.Comments.Add(comment);
        var issue = _shapes.IssueOf(repository, pull);
        return (comment, Payloads.Of("created", repository, comment.Author, ("issue", issue), ("comment", _shapes.Comment(repository, new Issue(pull.Id, pull.Number, pull.Author, pull.Title, pull.Body, pull.CreatedAt), comment))).As("issue_comment"));
    });

    /// <param name="verdict">approved, changes_requested, commented.</param>
    public Task<GivenReview> ReviewAsync(Repository repository, PullRequest pull, string login, string verdict, string? text, params Remark[] remarks) => DoAsync<GivenReview>(() =>
    {
        var review = new GivenReview(world.NewId() + 3_000_000_000, world.User(login), verdict, text, Answers.Shapes.HeadOf(repository, pull), world.Now);
        return (review, AddReview(world, _shapes, repository, pull, review, remarks));
    });

    /// <summary>The base branch gets a merge commit, the pull request ends, and with it the issues that it says it closes.</summary>
    public Task MergeAsync(Repository repository, PullRequest pull, string login) => DoAsync<PullRequest>(() =>
    {
        var (user, before) = (world.User(login), repository.Git.Find($"refs/heads/{pull.Base}")!);
        pull.MergeCommit = repository.Git.Merge(pull.Base, Answers.Shapes.HeadOf(repository, pull), $"Merge pull request #{pull.Number}")
            ?? throw new InvalidOperationException("They conflict: GitHub's button would be grey.");
        Close(repository, pull, user);
        pull.MergedAt = pull.ClosedAt;
        var closed = Payloads.PullRequest(repository, pull, "closed", user).As("pull_request");
        return (pull, [.. Payloads.Push(repository, pull.Base, before, pull.MergeCommit, user), .. closed, .. CloseResolved(repository, pull, user)]);
    });

    public Task ClosePullRequestAsync(Repository repository, PullRequest pull, string login) => DoAsync<PullRequest>(() =>
    {
        Close(repository, pull, world.User(login));
        return (pull, Payloads.PullRequest(repository, pull, "closed", world.User(login)).As("pull_request"));
    });

    public Task ReopenPullRequestAsync(Repository repository, PullRequest pull, string login) => DoAsync<PullRequest>(() =>
    {
        (pull.State, pull.ClosedAt, pull.UpdatedAt) = ("open", null, world.Now);
        return (pull, Payloads.PullRequest(repository, pull, "reopened", world.User(login)).As("pull_request"));
    });

    /// <summary>A commit with one file, pushed to a branch.</summary>
    /// <param name="from">What it follows; null: the branch as it stands. Another commit makes it a push by force.</param>
    /// <returns>The commit.</returns>
    public Task<string> PushAsync(Repository repository, string branch, string file, string content, string login, string? from = null) => DoAsync<string>(() =>
    {
        var before = repository.Git.Find($"refs/heads/{branch}");
        var commit = repository.Git.Commit(branch, file, content, from: from);
        return (commit, Payloads.Push(repository, branch, before, commit, world.User(login)));
    });

    /// <summary>A run of Actions with one job ends on a commit.</summary>
    /// <param name="workflow">As in <c>CI</c>.</param>
    /// <param name="conclusion">success, failure, cancelled, …</param>
    /// <param name="log">What the job printed.</param>
    public Task<CheckRun> EndRunAsync(
        Repository repository, string commit, string workflow, string job, string conclusion, byte[] log, string trigger = "pull_request") => DoAsync<CheckRun>(() =>
    {
        var number = repository.CheckRuns.Count + 1;
        var check = new CheckRun(world.NewId() + 5_000_000_000, commit, "github-actions", job, world.Now)
        {
            Origin = new(world.NewId() + 5_000_000_000, number, workflow, trigger),
            Conclusion = conclusion,
            Log = log,
        };
        repository.CheckRuns.Add(check);
        return (check, [Payloads.CheckEnded(repository, check)]);
    });

    /// <summary>On what a branch stands at.</summary>
    public Task<CheckRun> EndRunAsync(Repository repository, string workflow, string branch, string conclusion) =>
        EndRunAsync(repository, repository.Git.Find($"refs/heads/{branch}")!, workflow, "test", conclusion, []);

    public Task<CheckRun> FailRunAsync(Repository repository, string commit, string workflow, string job, string log) =>
        EndRunAsync(repository, commit, workflow, job, "failure", System.Text.Encoding.UTF8.GetBytes(log));

    /// <summary>All is well with the commit.</summary>
    public Task<CheckRun> FinishChecksAsync(Repository repository, string commit, string workflow = "CI", string job = "test") =>
        EndRunAsync(repository, commit, workflow, job, "success", []);

    /// <summary>Another app than Actions says what it thinks.</summary>
    public Task<CheckRun> CheckAsync(Repository repository, string commit, string app, string name, string conclusion, string? title, string? summary) => DoAsync<CheckRun>(() =>
    {
        var check = new CheckRun(world.NewId(), commit, app, name, world.Now) { Conclusion = conclusion, Title = title, Summary = summary };
        repository.CheckRuns.Add(check);
        return (check, [Payloads.CheckEnded(repository, check)]);
    });

    /// <param name="state">success, failure, error, pending.</param>
    public Task<CommitStatus> SetStatusAsync(Repository repository, string commit, string context, string state, string? description, string login) => DoAsync<CommitStatus>(() =>
    {
        var status = new CommitStatus(world.NewId(), commit, context, state, description, $"https://ci.example.invalid/{context}", world.User(login), world.Now);
        repository.Statuses.Add(status);
        return (status, Payloads.Status(repository, status).As("status"));
    });

    /// <summary>With a review come its remarks, and each is told by itself too.</summary>
    internal static List<(string Event, JsonObject Payload)> AddReview(World world, Answers.Shapes shapes, Repository repository, PullRequest pull, GivenReview review, params Remark[] remarks)
    {
        pull.Reviews.Add(review);
        pull.UpdatedAt = world.Now;
        var payloads = new Payloads(world, shapes);
        var told = payloads.Review(repository, pull, review).As("pull_request_review").ToList();
        foreach (var remark in remarks)
        {
            var comment = new ReviewComment(
                world.NewId() + 3_000_000_000, review, review.Author, remark.Path, remark.Line, remark.Text, remark.Answers?.First ?? remark.Answers, world.Now);
            pull.ReviewComments.Add(comment);
            told.AddRange(payloads.ReviewComment(repository, pull, comment).As("pull_request_review_comment"));
        }

        return told;
    }

    private void Close(Repository repository, PullRequest pull, User by)
    {
        pull.HeadSha = Answers.Shapes.HeadOf(repository, pull);
        (pull.State, pull.ClosedAt, pull.UpdatedAt, pull.ClosedBy) = ("closed", world.Now, world.Now, by);
    }

    private List<(string Event, JsonObject Payload)> CloseResolved(Repository repository, PullRequest pull, User user)
    {
        var told = new List<(string Event, JsonObject Payload)>();
        foreach (Match match in Resolves().Matches($"{pull.Title}\n{pull.Body}"))
        {
            if (repository.FindIssue(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)) is not { State: "open" } issue)
                continue;
            (issue.State, issue.UpdatedAt) = ("closed", world.Now);
            issue.Closings.Add((user, world.Now));
            told.AddRange(Payloads.Of("closed", repository, user, ("issue", _shapes.Issue(repository, issue))).As("issues"));
        }

        return told;
    }

    /// <summary>Changes the state, and tells what happened when it has.</summary>
    private async Task<T> DoAsync<T>(Func<(T Result, IEnumerable<(string Event, JsonObject Payload)> Told)> change)
    {
        T result;
        List<(string Event, JsonObject Payload)> told;
        lock (world.Gate)
        {
            (result, var happened) = change();
            told = [.. happened];
            foreach (var (eventName, payload) in told)
                world.Actions.Hear(eventName, payload);
        }

        foreach (var (eventName, payload) in told)
            await webhooks.SendAsync(eventName, payload);
        return result;
    }

    [GeneratedRegex(@"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#([0-9]{1,9})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Resolves();
}

internal static class Happenings
{
    public static IEnumerable<(string Event, JsonObject Payload)> As(this JsonObject payload, string eventName) => [(eventName, payload)];
}
