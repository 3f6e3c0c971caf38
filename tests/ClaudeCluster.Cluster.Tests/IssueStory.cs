using System.Globalization;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>
/// One issue, from its label on: something that sends its pull request back to work, or holds it up, and then an end, both by chance. The people in it know
/// nothing of kills: they wait for what the issue shows, and where it asks whether to try again, they say so.
/// </summary>
internal sealed class IssueStory(GitHubPlace place, Random random)
{
    private readonly List<string> _events = [];

    public Issue Issue { get; private set; } = null!;

    /// <summary>How many commands people gave.</summary>
    public int Commands { get; private set; }

    /// <summary>The status label that it must have at the end.</summary>
    public string End { get; private set; } = "claude:review";

    public IReadOnlyList<string> Events => _events;

    public PullRequest Pull => Assert.Single(place.Repository.PullRequests, pull => pull.Head == $"claude/issue-{Issue.Number}");

    public async Task RunAsync(int number)
    {
        Issue = await place.GitHub.People.OpenIssueAsync(place.Repository, GitHubPlace.Maintainer, $"Question {number.ToString(CultureInfo.InvariantCulture)}", "Answer it.", number % 2 == 0 ? "backend" : "frontend");
        await place.GitHub.People.LabelAsync(place.Repository, Issue, "claude", GitHubPlace.Maintainer);
        try
        {
            await UntilReviewedAsync();
            await MiddleAsync();
            await UntilReviewedAsync();
            await EndAsync();
        }
        catch (OperationCanceledException)
        {
            var open = (await place.Cluster.Playground.CallAsync("history", "--hub", "cluster.db")).All.Split('\n').Where(line => !line.Contains(" Completed ", StringComparison.Ordinal));
            Assert.Fail($"{this}\nIts labels: {string.Join(", ", Issue.Labels.Select(label => label.Name))}; branches: {string.Join(", ", Branches())}; not delivered: {place.GitHub.Webhooks.Undelivered.Count}\n{string.Join("\n---\n", Issue.Comments.Select(comment => comment.Body))}\n{string.Join('\n', open)}");
        }
    }

    public override string ToString() => $"#{Issue.Number}: {string.Join(", ", _events)}";

    private async Task MiddleAsync()
    {
        switch (random.Next(4))
        {
            case 0:
                _events.Add("a failing check");
                await place.GitHub.People.FailRunAsync(place.Repository, Head(), "CI", "test", "not ok 1\n");
                await UntilSaysAsync("the checks failed");
                break;
            case 1:
                _events.Add("a review");
                await place.GitHub.People.ReviewAsync(place.Repository, Pull, GitHubPlace.Maintainer, "changes_requested", "Nearly.", new Remark("README.md", 1, "Say more, please."));
                await UntilSaysAsync("asked for changes");
                break;
            case 2:
                _events.Add("guidance");
                await SayAsync("/claude and say it in verse");
                await UntilSaysAsync("somebody asked for more");
                break;
            default:
                _events.Add("a pause");
                await SayAsync("/claude pause");
                await UntilAnsweredAsync();
                await SayAsync("/claude resume");
                await UntilAnsweredAsync();
                break;
        }
    }

    private async Task EndAsync()
    {
        switch (random.Next(3))
        {
            case 0:
                _events.Add("merged");
                End = "claude:done";
                await place.GitHub.People.MergeAsync(place.Repository, Pull, GitHubPlace.Maintainer);
                break;
            case 1:
                _events.Add("closed");
                End = "claude:failed";
                await place.GitHub.People.CloseIssueAsync(place.Repository, Issue, GitHubPlace.Maintainer);
                break;
            default:
                _events.Add("left open");
                break;
        }

        await place.UntilAsync(() => StatusOf(Issue) is [var only] && only == End && Branches().Length == 0);
    }

    /// <summary>Where the cluster asks a person, as after five agents lost in a row, a person says to try again.</summary>
    private async Task UntilReviewedAsync()
    {
        while (true)
        {
            await place.UntilAsync(() => IsReviewed() || IsAsked());
            if (IsReviewed())
                return;
            _events.Add("asked, and told to try again");
            await SayAsync("/claude retry");
            await UntilAnsweredAsync();
        }
    }

    private Task UntilSaysAsync(string words) => place.UntilAsync(() => Issue.Comments.Exists(comment => comment.Body.Contains(words, StringComparison.Ordinal)));

    private Task UntilAnsweredAsync() => place.UntilAsync(() => AnswersOn(Issue).Count >= Commands);

    private Task SayAsync(string command)
    {
        Commands++;
        return place.GitHub.People.CommentAsync(place.Repository, Issue, GitHubPlace.Maintainer, command);
    }

    private string Head() => place.Repository.Git.Find($"refs/heads/{Pull.Head}")!;

    private bool IsReviewed() => StatusOf(Issue) is ["claude:review"] && Branches().Length == 0;

    private bool IsAsked() => StatusOf(Issue) is ["claude:waiting"] && Issue.Comments.Exists(comment => comment.Body.Contains("What a person must decide", StringComparison.Ordinal));

    /// <summary>Of its attempts.</summary>
    private string[] Branches() => [.. new GitCli(place.Repository.Git.Path).Branches().Where(branch => branch.StartsWith($"claude/wip/{Issue.Number}-", StringComparison.Ordinal))];

    public static string[] StatusOf(Issue issue) => [.. issue.Labels.Select(label => label.Name).Where(name => name.StartsWith("claude:", StringComparison.Ordinal))];

    public static IReadOnlyList<string> AnswersOn(Issue issue) => [.. issue.Comments.Select(comment => comment.Body).Where(body => body.Contains("<!-- claude-cluster:answer-", StringComparison.Ordinal))];
}
