using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>The user's own repository: it is read, and branches are moved in it. Work tree, index and checked-out branch are never touched.</summary>
internal sealed class LocalRepository
{
    private const string NoCommit = "0000000000000000000000000000000000000000";

    private readonly Git _git;
    private readonly GitPlace _place;

    private LocalRepository(Git git, string gitFolder, string? workTree)
    {
        _git = git;
        _place = new GitPlace(gitFolder, gitFolder);
        GitFolder = gitFolder;
        WorkTree = workTree;
    }

    /// <summary>The folder that all of the repository's work trees share.</summary>
    public string GitFolder { get; }

    /// <summary>The checked-out files; null: a bare repository.</summary>
    public string? WorkTree { get; }

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
        var found = FindGitFolder(path) ?? throw new BadInputException($"--repo {path}", "This is no git repository.", "Give the path of one, or make it one with 'git init' and a first commit.");
        try
        {
            var common = await git.RunAsync(new GitPlace(found, found), ["rev-parse", "--path-format=absolute", "--git-common-dir"], cancellationToken);
            return new LocalRepository(git, common.TrimEnd('\n'), Path.GetFileName(found) == ".git" ? Path.GetDirectoryName(found) : null);
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

    /// <summary>True if the work tree has changes that no commit has; they are left alone and take no part.</summary>
    public async Task<bool> HasUncommittedChangesAsync(CancellationToken cancellationToken) =>
        WorkTree is not null && await _git.TryAsync(_place with { WorkTree = WorkTree }, ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"], cancellationToken) is { Length: > 0 };

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
            await _git.RunAsync(_place, ["update-ref", "-m", "claude-cluster: promoted", name, promotion.After.Value, promotion.Before?.Value ?? NoCommit], cancellationToken);
            return promotion.After;
        }
        catch (GitException)
        {
            throw new BranchMovedException(promotion.Branch, await ReadBranchAsync(promotion.Branch, cancellationToken));
        }
    }

    public async Task DeleteBranchesAsync(IReadOnlyList<string> branches, CancellationToken cancellationToken)
    {
        foreach (var branch in branches)
            await _git.RunAsync(_place, ["update-ref", "-d", $"refs/heads/{branch}"], cancellationToken);
    }

    private async Task<bool> HasBranchAsync(string branch, CancellationToken cancellationToken) => await ReadBranchAsync(branch, cancellationToken) is not null;

    private async Task<string?> ReadBranchAsync(string branch, CancellationToken cancellationToken) =>
        (await _git.TryAsync(_place, ["rev-parse", "--verify", "--quiet", $"refs/heads/{branch}"], cancellationToken))?.TrimEnd('\n');

    private static string? FindGitFolder(string path)
    {
        for (var folder = path; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Exists(Path.Combine(folder, ".git")))
                return Path.Combine(folder, ".git");
            if (File.Exists(Path.Combine(folder, "HEAD")) && Directory.Exists(Path.Combine(folder, "objects")))
                return folder;
        }

        return null;
    }
}
