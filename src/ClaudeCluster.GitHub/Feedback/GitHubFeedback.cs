namespace ClaudeCluster.GitHub;

/// <summary>What comes back on a pull request, and what is said to it.</summary>
internal sealed class GitHubFeedback(
    GitHubClient client, PullRequestLooks looks, FailedChecks failedChecks, ReviewThreads threads, IPostLog posts, GitHubOptions options, TimeProvider clock) : IFeedback
{
    public Task<PullRequestLook?> LookAsync(RepositoryRef repository, int number, CancellationToken cancellationToken) => looks.LookAsync(repository, number, cancellationToken);

    public Task<IReadOnlyList<FailedCheck>> ReadFailedChecksAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken) =>
        failedChecks.ReadAsync(repository, commit, cancellationToken);

    public async Task<Review> ReadReviewAsync(RepositoryRef repository, int number, long review, CancellationToken cancellationToken)
    {
        var answer = await client.ReadReviewAsync(repository.FullName, number, review, cancellationToken);
        var remarks = ReviewText.RemarksOf(review, await threads.ReadAsync(repository, number, cancellationToken));
        return new(answer.User?.Login ?? "ghost", answer.Body ?? "", remarks);
    }

    /// <summary>Looks first, and longer where a post of it was begun before.</summary>
    public async Task ReplyAsync(RepositoryRef repository, int number, CommentId thread, CommentMarker marker, string markdown, CancellationToken cancellationToken)
    {
        try
        {
            if (await HasAnswerAsync(repository, number, thread, marker, cancellationToken)
                || (await posts.BeginAsync($"{repository.Id}-{thread}-{marker.FlowId}", cancellationToken) && await HasAnswerSoonAsync(repository, number, thread, marker, cancellationToken)))
                return;
            await client.ReplyAsync(repository.FullName, number, thread.Value, new(MarkedText.With(marker, markdown)), cancellationToken);
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            // The thread was deleted: nobody waits for an answer.
        }
    }

    public Task UpdateAsync(RepositoryRef repository, int number, string body, CancellationToken cancellationToken) =>
        client.EditPullRequestAsync(repository.FullName, number, new(MarkedText.Shortened(body)), cancellationToken);

    public async Task ReactAsync(RepositoryRef repository, RemarkRef comment, Reaction reaction, CancellationToken cancellationToken)
    {
        try
        {
            await client.ReactAsync(repository.FullName, comment.IsAtLine ? "pulls" : "issues", comment.Comment.Value, new(NameOf(reaction)), cancellationToken);
        }
        catch (GitHubException refused) when (refused is GitHubException.NotFoundOrNoAccess or GitHubException.Validation || SaysLocked(refused))
        {
            // The comment is gone, or its issue is locked: it is a sign only.
        }
    }

    /// <summary>Waits until GitHub's lists have heard of a post that may have happened.</summary>
    private async Task<bool> HasAnswerSoonAsync(RepositoryRef repository, int number, CommentId thread, CommentMarker marker, CancellationToken cancellationToken)
    {
        foreach (var wait in options.LagWaits)
        {
            await Task.Delay(wait, clock, cancellationToken);
            if (await HasAnswerAsync(repository, number, thread, marker, cancellationToken))
                return true;
        }

        return false;
    }

    /// <summary>Only our own counts.</summary>
    private async Task<bool> HasAnswerAsync(RepositoryRef repository, int number, CommentId thread, CommentMarker marker, CancellationToken cancellationToken)
    {
        var all = await threads.ReadAsync(repository, number, cancellationToken);
        return all.Where(one => one.Comments.Any(comment => comment.Id == thread.Value))
            .SelectMany(one => one.Comments)
            .Any(comment => comment.IsOurs && comment.Body.Contains(marker.ToString(), StringComparison.Ordinal));
    }

    private static bool SaysLocked(GitHubException refused) => refused is GitHubException.Forbidden && refused.Problem.Reason.Contains("locked", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(Reaction reaction) => reaction switch
    {
        Reaction.Eyes => "eyes",
        Reaction.ThumbsUp => "+1",
        Reaction.Confused => "confused",
        _ => throw new ArgumentOutOfRangeException(nameof(reaction), reaction, "GitHub has no such reaction of ours."),
    };
}
