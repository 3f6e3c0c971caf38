namespace ClaudeCluster.GitHub;

/// <summary>Pull requests and their branches on GitHub. Each call asks for the effect first and looks around only when it is refused: one request where all is well.</summary>
internal sealed class GitHubPullRequests(GitHubClient client, Branches branches, GitHubOptions options, TimeProvider clock) : IPullRequests
{
    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken) =>
        WaitingOutLagAsync(() => MoveAsync(repository, promotion, cancellationToken), refused => !IsByRule(refused), cancellationToken);

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken) =>
        WaitingOutLagAsync(() => OpenOrAdoptAsync(repository, text, cancellationToken), MayBeLag, cancellationToken);

    public async Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        try
        {
            await branches.DeleteAsync(repository, names, cancellationToken);
        }
        catch (GitHubException.Validation)
        {
            // All or none: one that is gone keeps the others from going.
            var standing = await branches.FindAsync(repository, names, cancellationToken);
            if (standing.Count > 0)
                await branches.DeleteAsync(repository, [.. standing.Keys], cancellationToken);
        }
    }

    private async Task<CommitId> MoveAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken)
    {
        try
        {
            await branches.MoveAsync(repository, promotion.Branch, promotion.Before, promotion.After, cancellationToken);
        }
        catch (GitHubException.Validation)
        {
            var standing = await branches.FindAsync(repository, [promotion.Branch], cancellationToken);
            CommitId? found = standing.TryGetValue(promotion.Branch, out var commit) ? commit : null;
            if (found == promotion.After)
                return promotion.After;
            if (found != promotion.Before)
                throw new BranchMovedException(promotion.Branch, found?.Value);

            // It stands where it should: a rule of the repository's forbids the move, or GitHub does not know the commit, or not yet.
            throw;
        }

        return promotion.After;
    }

    private async Task<T> WaitingOutLagAsync<T>(Func<Task<T>> act, Func<GitHubException.Validation, bool> mayBeLag, CancellationToken cancellationToken)
    {
        foreach (var wait in options.LagWaits)
        {
            try
            {
                return await act();
            }
            catch (GitHubException.Validation refused) when (mayBeLag(refused))
            {
                await Task.Delay(wait, clock, cancellationToken);
            }
        }

        return await act();
    }

    private async Task<PullRequest> OpenOrAdoptAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken)
    {
        try
        {
            var request = new NewPullRequest(text.Title, text.Head, text.Base, text.Body, text.IsDraft);
            return Read(repository, text.Head, await client.CreatePullRequestAsync(repository.FullName, request, cancellationToken));
        }
        catch (GitHubException.Validation refused) when (SaysThatOneExists(refused))
        {
            if (await client.FindOpenPullRequestAsync(repository.FullName, text.Head, cancellationToken) is { } open)
                return Read(repository, text.Head, open);

            // A list may lag behind the refusal: then the next try finds it.
            throw;
        }
    }

    private static PullRequest Read(RepositoryRef repository, string head, PullRequestAnswer answer) => answer is { Number: { } number, HtmlUrl: { } url }
        ? new(number, url, head)
        : throw new GitHubException.Unavailable(repository.FullName, "GitHub's answer says neither number nor address of the pull request.");

    private static bool IsByRule(GitHubException.Validation refused) =>
        refused.Message.Contains("protected", StringComparison.OrdinalIgnoreCase) || refused.Message.Contains("rule", StringComparison.OrdinalIgnoreCase);

    private static bool SaysThatOneExists(GitHubException.Validation refused) =>
        refused.Fields.Any(field => field.Message?.Contains("already exists", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>So GitHub answers for a while after a push, until all of it has heard of the branch; and of a pull request that its list does not show yet.</summary>
    private static bool MayBeLag(GitHubException.Validation refused) => SaysThatOneExists(refused) || refused.Fields.Any(field =>
        field is { Field: "head", Code: "invalid" }
        || field.Message?.Contains("No commits between", StringComparison.OrdinalIgnoreCase) == true
        || field.Message?.Contains("sha can't be blank", StringComparison.OrdinalIgnoreCase) == true);
}
