using System.Globalization;

namespace ClaudeCluster.Runner;

/// <summary>
/// GitHub as a folder: branches are moved in the local repository, the pull request, the comment and the labels are files.
/// <code>
///   issues/12/comment-issue-1-12-1.md    the flow's one comment
///   issues/12/labels.txt                 one label a line
///   pulls/claude-issue-12.md             the pull request of that head
/// </code>
/// Each write is keyed by its file's name and atomic, so a write that happens twice is one.
/// </summary>
internal sealed class FolderGitHub(LocalRepository repository, string folder) : IGitHub
{
    /// <summary>Whoever can run this command in the repository may do with it as they like.</summary>
    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken) => Task.FromResult(Role.Admin);

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repositoryRef, string path, CancellationToken cancellationToken) =>
        repository.ReadAsync(repositoryRef.DefaultBranch, path, cancellationToken);

    public async Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken)
    {
        var id = new CommentId(Path.Combine(folder, "issues", Number(issue.Number), $"comment-{marker.FlowId}.md"));
        await AtomicFile.WriteAsync(id.Value, markdown, cancellationToken);
        return id;
    }

    public async Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "issues", Number(issue.Number), "labels.txt");
        var labels = File.Exists(path) ? await File.ReadAllLinesAsync(path, cancellationToken) : [];
        var changed = labels.Except(change.Remove, StringComparer.OrdinalIgnoreCase).Union(change.Add, StringComparer.OrdinalIgnoreCase);
        await AtomicFile.WriteAsync(path, string.Concat(changed.Select(label => label + "\n")), cancellationToken);
    }

    public Task<CommitId> PromoteAsync(RepositoryRef repositoryRef, Promotion promotion, CancellationToken cancellationToken) =>
        repository.PromoteAsync(promotion, cancellationToken);

    public async Task<PullRequest> OpenAsync(RepositoryRef repositoryRef, PullRequestText text, CancellationToken cancellationToken)
    {
        var pulls = Path.Combine(folder, "pulls");
        var path = Path.Combine(pulls, text.Head.Replace('/', '-') + ".md");
        var number = File.Exists(path) ? await ReadNumberAsync(path, cancellationToken) : CountFiles(pulls) + 1;
        await AtomicFile.WriteAsync(path, Write(text, number), cancellationToken);
        return new PullRequest(number, new Uri(path).AbsoluteUri, text.Head);
    }

    public Task DeleteBranchesAsync(RepositoryRef repositoryRef, IReadOnlyList<string> branches, CancellationToken cancellationToken) =>
        repository.DeleteBranchesAsync(branches, cancellationToken);

    private const string NumberKey = "number: ";

    private static string Write(PullRequestText text, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"---\n{NumberKey}{number}\nhead: {text.Head}\nbase: {text.Base}\ndraft: {(text.IsDraft ? "true" : "false")}\n---\n\n# {text.Title}\n\n{text.Body}\n");

    private static async Task<int> ReadNumberAsync(string path, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        var number = lines.FirstOrDefault(line => line.StartsWith(NumberKey, StringComparison.Ordinal))?[NumberKey.Length..];
        return int.TryParse(number, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw new BadInputException(path, "This pull request file has no number any more.", "Delete the file; it is written again.");
    }

    private static int CountFiles(string pulls) => Directory.Exists(pulls) ? Directory.EnumerateFiles(pulls, "*.md").Count() : 0;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
