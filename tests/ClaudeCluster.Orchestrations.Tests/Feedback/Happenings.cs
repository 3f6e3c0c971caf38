using System.Globalization;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>What happens on a repository, one event after the other.</summary>
internal static class Happenings
{
    public static readonly RepositoryRef Repository = new(7, "octo/repo", "main", IsPublic: false);
    public static readonly Requester Ada = new("ada", 1, IsBot: false);
    private static int _last;

    public static IssueSnapshot Issue { get; } = new()
    {
        Number = 12,
        Title = "The API answers 500",
        Body = "It should not.",
        Labels = ["claude"],
        Author = "eve",
        UpdatedAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };

    public static RepositoryEvent Labelled() => Of(new IssueEvent.Labeled("claude") { Key = NewKey(), Repository = Repository, Issue = Issue, Sender = Ada });

    public static RepositoryEvent Closed() => Of(new IssueEvent.Closed { Key = NewKey(), Repository = Repository, Issue = Issue with { IsOpen = false }, Sender = Ada });

    public static RepositoryEvent Edited(string body, string by = "ada") =>
        Of(new IssueEvent.Edited { Key = NewKey(), Repository = Repository, Issue = Issue with { Body = body }, Sender = new Requester(by, 2, IsBot: false) });

    public static RepositoryEvent Said(string text, string by = "ada", IssueSnapshot? issue = null) =>
        new RepositoryEvent.Commented("created", issue ?? Issue, Comment(text, by)) { Key = NewKey(), Repository = Repository, Sender = new Requester(by, 1, IsBot: false) };

    public static RepositoryEvent SaidOnPullRequest(int number, string text) => Said(text, issue: Issue with { Number = number, IsPullRequest = true });

    public static RepositoryEvent CheckFailed(CommitId commit) => new RepositoryEvent.RunChanged(
        "completed", new(1, "CI", "CI", "pull_request", "completed", "failure", commit, "claude/issue-12", 1, IsFromFork: false, Url: null))
    { Key = NewKey(), Repository = Repository, Sender = Ada };

    public static RepositoryEvent ChangesRequested(long review, CommitId commit, string by = "ada") =>
        new RepositoryEvent.Reviewed("submitted", Pull(commit), review, "changes_requested", string.Empty, commit) { Key = NewKey(), Repository = Repository, Sender = new Requester(by, 1, IsBot: false) };

    public static RepositoryEvent Reviewed(string text, CommitId commit) =>
        new RepositoryEvent.Reviewed("submitted", Pull(commit), 6, "commented", text, commit) { Key = NewKey(), Repository = Repository, Sender = Ada };

    public static RepositoryEvent BasePushed() =>
        new RepositoryEvent.Pushed("refs/heads/main", Before: null, After: new CommitId(new string('b', 40))) { Key = NewKey(), Repository = Repository, Sender = Ada };

    public static RepositoryEvent HeadPushed(CommitId commit) => new RepositoryEvent.PullRequestChanged("synchronize", Pull(commit)) { Key = NewKey(), Repository = Repository, Sender = Ada };

    public static RepositoryEvent Ended(CommitId commit, bool isMerged) =>
        new RepositoryEvent.PullRequestChanged("closed", Pull(commit) with { IsOpen = false, IsMerged = isMerged }) { Key = NewKey(), Repository = Repository, Sender = Ada };

    public static CommitId Commit(int number) => new(number.ToString("x40", CultureInfo.InvariantCulture));

    private static RepositoryEvent Of(IssueEvent happened) => new RepositoryEvent.IssueChanged(happened) { Key = happened.Key, Repository = happened.Repository, Sender = happened.Sender };

    private static PullRequestSnapshot Pull(CommitId head) =>
        new(101, "claude/issue-12", head, "main", IsOpen: true, IsDraft: false, IsMerged: false, IsFromFork: false, Issue.UpdatedAt.AddDays(400));

    // Commands come after what ended before them, as GitHub's clock has it.
    private static WrittenComment Comment(string text, string by) => new(new CommentId(NewKey()), text, by, TimeProvider.System.GetUtcNow().AddSeconds(1), TimeProvider.System.GetUtcNow());

    private static string NewKey() => string.Create(CultureInfo.InvariantCulture, $"happening-{Interlocked.Increment(ref _last)}");
}
