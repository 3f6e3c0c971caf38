namespace ClaudeCluster.Orchestrations;

/// <summary>Moves a pull request branch by compare-and-swap.</summary>
/// <param name="Branch">The pull request branch.</param>
/// <param name="Before">Where it must stand; null: it must not exist. If it stands at <paramref name="After"/> already, all is done.</param>
/// <param name="After">The accepted commit.</param>
/// <param name="AttemptBranch">Where the commit was pushed.</param>
public sealed record Promotion(string Branch, CommitId? Before, CommitId After, string AttemptBranch);

/// <summary>Somebody else moved the branch; their work is not overwritten.</summary>
public sealed class BranchMovedException(string branch, string? found)
    : Exception($"The branch {branch} stands at {found ?? "nothing"}: somebody else moved it, so it was left alone.");

/// <param name="Head">The pull request branch.</param>
/// <param name="Base">The branch it asks to be merged into.</param>
public sealed record PullRequestText(string Title, string Body, string Head, string Base, bool IsDraft);

/// <param name="Url">Where a person opens it.</param>
public sealed record PullRequest(int Number, string Url, string Head);

/// <summary>Pull requests and the branches under them. Each call may happen twice with the effect of one.</summary>
public interface IPullRequests
{
    /// <exception cref="BranchMovedException">The branch is neither at <see cref="Promotion.Before"/> nor at <see cref="Promotion.After"/>.</exception>
    Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken);

    /// <summary>Opens the pull request of this head, or adopts the one that is open.</summary>
    Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken);

    /// <summary>Deletes the attempts' branches. One that is gone already is no error.</summary>
    Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken);
}
