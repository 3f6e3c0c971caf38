using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>The user's own repository: it is read, and branches are moved in it. Work tree, index and checked-out branch are never touched.</summary>
internal sealed class LocalRepository
{
    private const string NoCommit = "0000000000000000000000000000000000000000";

    /// <summary>Of the <c>.git</c> file of a linked work tree.</summary>
    private const string LinkStart = "gitdir: ";

    private readonly Git _git;
    private readonly GitPlace _place;
    private readonly GitPlace _ownPlace;

    private LocalRepository(Git git, string ownGitFolder, string gitFolder, string? workTree)
    {
        _git = git;
        _place = new GitPlace(gitFolder, gitFolder);
        _ownPlace = new GitPlace(ownGitFolder, gitFolder) { WorkTree = workTree };
        GitFolder = gitFolder;
        WorkTree = workTree;
    }

    /// <summary>The folder that all of the repository's work trees share.</summary>
    public string GitFolder { get; }

    /// <summary>The checked-out files; null: a bare repository.</summary>
    public string? WorkTree { get; }

    /// <summary>All that belongs to the repository on this machine.</summary>
    public IReadOnlyList<string> Folders => WorkTree is null ? [GitFolder] : [GitFolder, WorkTree];

    public static Option<string?> StateOption() => new("--state")
    {
        Description = "Where hub file, pull request and comment are kept. Default: claude-cluster inside the repository's git folder.",
        HelpName = "FOLDER",
    };

    public static async Task<LocalRepository> OpenAsync(string path, HostEnvironment host, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
            throw new BadInputException($"--repo {path}", "The folder does not exist.", "Give the path of a git repository on this machine.");
        var git = host.Git();
        await git.ReadVersionAsync(cancellationToken);
        var (found, workTree) = FindGitFolder(path) ?? throw new BadInputException($"--repo {path}", "This is no git repository.", "Give the path of one, or make it one with 'git init' and a first commit.");
        try
        {
            var common = await git.RunAsync(new GitPlace(found, found), ["rev-parse", "--path-format=absolute", "--git-common-dir"], cancellationToken);
            return new LocalRepository(git, found, common.TrimEnd('\n'), workTree);
        }
        catch (GitException refused)
        {
            throw new BadInputException($"--repo {path}", $"git cannot read this repository: {refused.Errors.Trim()}", "Run 'git status' there; it tells more.");
        }
    }

    public string StateFolder(string? given, HostEnvironment host) => given is null ? Path.Combine(GitFolder, "claude-cluster") : host.FullPath(given);

    /// <summary>The agents' clones stand outside of the git folder: Claude Code edits nothing below a folder of that name.</summary>
    public string AgentRoot(string? givenState, HostEnvironment host) => givenState is null
        ? Path.Combine(host.StateFolder, "claude-cluster", "agents", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(GitFolder)))[..16])
        : Path.Combine(host.FullPath(givenState), "agent");

    /// <summary>The event's repository as it is here: private, with the default branch that it has here.</summary>
    public async Task<RepositoryRef> DescribeAsync(RepositoryRef told, CancellationToken cancellationToken) => told with
    {
        IsPublic = false,
        DefaultBranch = await HasBranchAsync(told.DefaultBranch, cancellationToken) ? told.DefaultBranch : await DefaultBranchAsync(cancellationToken),
    };

    /// <summary>The branch that is checked out here; of a clone or a bare repository, its default.</summary>
    /// <exception cref="BadInputException">There is no commit yet.</exception>
    public async Task<string> DefaultBranchAsync(CancellationToken cancellationToken)
    {
        var head = await _git.TryAsync(_place, ["symbolic-ref", "--quiet", "--short", "HEAD"], cancellationToken);
        if (head?.TrimEnd('\n') is { } branch && await HasBranchAsync(branch, cancellationToken))
            return branch;
        var first = (await _git.RunAsync(_place, ["for-each-ref", "--count=1", "--sort=refname", "--format=%(refname:lstrip=2)", "refs/heads"], cancellationToken)).TrimEnd('\n');
        return first.Length > 0
            ? first
            : throw new BadInputException(GitFolder, "The repository has no commits, so there is nothing to work on.", "Make a first commit.");
    }

    public async Task<RepositoryFile?> ReadAsync(string branch, string path, CancellationToken cancellationToken)
    {
        if (await _git.TryAsync(_place, ["rev-parse", "--verify", "--quiet", $"refs/heads/{branch}^{{commit}}"], cancellationToken) is not { } commit)
            return null;
        return await _git.TryAsync(_place, ["cat-file", "blob", $"{commit.TrimEnd('\n')}:{path}"], cancellationToken) is { } text
            ? new RepositoryFile(text, new CommitId(commit.TrimEnd('\n')))
            : null;
    }

    /// <summary>
    /// As much of a branch as the search for its tests looks at: names, and a few contents. A checkout would run the repository's
    /// filters, which may do anything, and the work tree may have changes.
    /// </summary>
    public async Task SketchAsync(string branch, string folder, CancellationToken cancellationToken)
    {
        foreach (var path in await NamesAsync(branch, [], cancellationToken))
        {
            var text = TestCommands.FilesThatAreRead.Contains(path, StringComparer.Ordinal) ? (await ReadAsync(branch, path, cancellationToken))?.Text : null;
            await File.WriteAllTextAsync(Path.Combine(folder, path), text, cancellationToken);
        }

        Directory.CreateDirectory(Path.Combine(folder, "tests"));
        foreach (var path in await NamesAsync(branch, ["tests/"], cancellationToken))
            await File.WriteAllTextAsync(Path.Combine(folder, "tests", Path.GetFileName(path)), string.Empty, cancellationToken);
    }

    /// <summary>True if the work tree has changes that no commit has; they are left alone and take no part.</summary>
    public async Task<bool> HasUncommittedChangesAsync(CancellationToken cancellationToken) =>
        WorkTree is not null && await _git.TryAsync(_ownPlace, ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"], cancellationToken) is { Length: > 0 };

    public Task<string> DiffAsync(string from, string to, CancellationToken cancellationToken) =>
        _git.RunAsync(_place, ["diff", "--no-color", "--no-ext-diff", "--no-textconv", $"refs/heads/{from}...refs/heads/{to}"], cancellationToken);

    /// <inheritdoc cref="IPullRequests.PromoteAsync"/>
    public async Task<CommitId> PromoteAsync(Promotion promotion, CancellationToken cancellationToken)
    {
        var name = $"refs/heads/{promotion.Branch}";
        if (await ReadBranchAsync(promotion.Branch, cancellationToken) == promotion.After.Value)
            return promotion.After;
        if (await _git.RunAsync(_place, ["for-each-ref", "--format=%(worktreepath)", name], cancellationToken) is { } checkedOut && checkedOut.Trim().Length > 0)
            throw new BranchMovedException(promotion.Branch, $"a commit that is checked out in {checkedOut.Trim()}");
        try
        {
            await _git.RunAsync(_place, ["update-ref", "--no-deref", "-m", "claude-cluster: promoted", name, promotion.After.Value, promotion.Before?.Value ?? NoCommit], cancellationToken);
            return promotion.After;
        }
        catch (GitException refused)
        {
            var found = await ReadBranchAsync(promotion.Branch, cancellationToken);
            if (found == promotion.Before?.Value)
                throw new IOException($"The branch {promotion.Branch} cannot be written: {refused.Errors.Trim()}", refused);
            throw new BranchMovedException(promotion.Branch, found);
        }
    }

    public async Task DeleteBranchesAsync(IReadOnlyList<string> branches, CancellationToken cancellationToken)
    {
        foreach (var branch in branches)
            await _git.RunAsync(_place, ["update-ref", "--no-deref", "-d", $"refs/heads/{branch}"], cancellationToken);
    }

    /// <summary>Of plain files: neither folders, nor links, nor submodules.</summary>
    private async Task<IEnumerable<string>> NamesAsync(string branch, string[] folder, CancellationToken cancellationToken) =>
        (await _git.RunAsync(_place, ["ls-tree", "--full-tree", "-z", $"refs/heads/{branch}", .. folder], cancellationToken))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(entry => entry.StartsWith("100", StringComparison.Ordinal))
            .Select(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..])
            .Where(path => Path.GetFileName(path) is not (".." or "."));

    private async Task<bool> HasBranchAsync(string branch, CancellationToken cancellationToken) => await ReadBranchAsync(branch, cancellationToken) is not null;

    private async Task<string?> ReadBranchAsync(string branch, CancellationToken cancellationToken) =>
        (await _git.TryAsync(_place, ["rev-parse", "--verify", "--quiet", $"refs/heads/{branch}"], cancellationToken))?.TrimEnd('\n');

    /// <summary>The git folder of the work tree, linked or not, or of the bare repository that the path lies in.</summary>
    private static (string GitFolder, string? WorkTree)? FindGitFolder(string path)
    {
        for (var folder = path; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var git = Path.Combine(folder, ".git");
            if (Directory.Exists(git))
                return (git, folder);
            if (File.Exists(git) && File.ReadAllText(git).Trim() is var link && link.StartsWith(LinkStart, StringComparison.Ordinal))
                return (Path.GetFullPath(link[LinkStart.Length..], folder), folder);
            if (File.Exists(Path.Combine(folder, "HEAD")) && Directory.Exists(Path.Combine(folder, "objects")))
                return (folder, null);
        }

        return null;
    }
}
