using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.GitHub.Tests.Feedback;

/// <summary>A pull request of ours, <c>claude/issue-1</c> into <c>main</c>.</summary>
internal static class FeedbackKit
{
    public const string Branch = "claude/issue-1";
    public const string Owner = "octo";

    public static async Task<PullRequestUnderReview> OpenPullRequestAsync(this GitHubKit kit, string body = "")
    {
        kit.Repository.Git.Branch(Branch, kit.FirstCommit);
        kit.Repository.Git.Commit(Branch, "mended.txt", "mended");
        await kit.Service.OpenAsync(kit.Ref, new("Mend it", body, Branch, "main", IsDraft: false), default);
        kit.Fake.Requests.Clear();
        return new(kit, kit.Repository.PullRequests[0]);
    }
}

internal sealed record PullRequestUnderReview(GitHubKit Kit, FakeGitHub.State.PullRequest Pull)
{
    public int Number => Pull.Number;

    public CommitId Head => new(Kit.Repository.Git.Find($"refs/heads/{Pull.Head}")!);

    public Task<PullRequestLook?> LookAsync() => Kit.Service.LookAsync(Kit.Ref, Number, default);

    public Task<GivenReview> ReviewAsync(string? text, params Remark[] remarks) => ReviewByAsync(FeedbackKit.Owner, text, remarks);

    public Task<GivenReview> ReviewByAsync(string login, string? text, params Remark[] remarks) =>
        Kit.Fake.People.ReviewAsync(Kit.Repository, Pull, login, "changes_requested", text, remarks);

    public Task<Review> ReadReviewAsync(GivenReview review) => Kit.Service.ReadReviewAsync(Kit.Ref, Number, review.Id, default);

    public Task ReplyAsync(ReviewComment thread, string text, string flow = "f") =>
        Kit.Service.ReplyAsync(Kit.Ref, Number, IdOf(thread.Id), new(flow), text, default);

    public async Task<string> LogOfAsync(byte[] log)
    {
        await Kit.Fake.People.EndRunAsync(Kit.Repository, Head.Value, "CI", "test", "failure", log);
        return Assert.Single(await FailedAsync()).Log;
    }

    public Task<IReadOnlyList<FailedCheck>> FailedAsync() => Kit.Service.ReadFailedChecksAsync(Kit.Ref, Head, default);

    public static CommentId IdOf(long id) => new(id.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
