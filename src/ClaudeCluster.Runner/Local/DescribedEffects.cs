namespace ClaudeCluster.Runner;

/// <summary>One thing that would happen.</summary>
/// <param name="Step">The step's word: routing, comment, branch, …</param>
/// <param name="Text">What it would do.</param>
internal sealed record TimelineEntry(string Step, string Text);

/// <summary>GitHub for a dry run: each effect becomes its description, and the last of each kind is kept to be shown.</summary>
internal sealed class DescribedEffects(Func<string, CancellationToken, Task<RepositoryFile?>> readFile) : IGitHub
{
    private readonly List<TimelineEntry> _timeline = [];
    private readonly Lock _gate = new();

    public IReadOnlyList<TimelineEntry> Timeline
    {
        get
        {
            lock (_gate)
                return [.. _timeline];
        }
    }

    public string? Comment { get; private set; }

    public PullRequestText? PullRequest { get; private set; }

    public void Describe(string step, string text)
    {
        lock (_gate)
            _timeline.Add(new TimelineEntry(step, text));
    }

    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken)
    {
        Describe("authorise", $"Ask GitHub for the role of {login} in {repository.FullName}; assumed here: write.");
        return Task.FromResult(Role.Write);
    }

    public async Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken)
    {
        var file = await readFile(path, cancellationToken);
        Describe("policy", file is null ? $"Read {path} of the default branch: not there, so the defaults hold." : $"Read {path} of the default branch.");
        return file;
    }

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken)
    {
        Describe("comment", known is null ? $"Post the flow's one comment on issue #{issue.Number}." : $"Edit the comment on issue #{issue.Number}.");
        Comment = markdown;
        return Task.FromResult(new CommentId("dry-run"));
    }

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken)
    {
        Describe("labels", $"Set {Names(change.Add)} on issue #{issue.Number}; take away {Names(change.Remove)}.");
        return Task.CompletedTask;
    }

    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken)
    {
        Describe("branch", $"Let {promotion.Branch} be the accepted commit of {promotion.AttemptBranch}.");
        return Task.FromResult(promotion.After);
    }

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken)
    {
        Describe("pullRequest", $"Open the pull request '{text.Title}' from {text.Head} into {text.Base}{(text.IsDraft ? " as a draft" : "")}, or adopt the one that is open.");
        PullRequest = text;
        return Task.FromResult(new PullRequest(1, "(the pull request's address)", text.Head));
    }

    public Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken)
    {
        Describe("cleanup", $"Delete {Names(branches)}.");
        return Task.CompletedTask;
    }

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "nothing" : string.Join(", ", names);
}
