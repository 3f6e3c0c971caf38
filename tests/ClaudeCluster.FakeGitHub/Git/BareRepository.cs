using System.Diagnostics;

namespace ClaudeCluster.FakeGitHub.Git;

/// <summary>A bare git repository in a folder. What clients push is here at once.</summary>
public sealed class BareRepository
{
    private BareRepository(string path) => Path = path;

    public string Path { get; }

    public static BareRepository Create(string path, string defaultBranch)
    {
        Directory.CreateDirectory(path);
        var git = new BareRepository(path);
        git.Run("init", "--quiet", "--bare", $"--initial-branch={defaultBranch}", path);
        git.Run("config", "http.receivepack", "true");
        return git;
    }

    /// <returns>Null: no such branch.</returns>
    public string? Find(string reference) => TryRun(out var text, "rev-parse", "--verify", "--quiet", $"{reference}^{{commit}}") ? text.Trim() : null;

    public bool Knows(string sha) => TryRun(out _, "cat-file", "-e", $"{sha}^{{commit}}");

    public string? ReadFile(string commit, string path) => TryRun(out var text, "show", $"{commit}:{path}") ? text : null;

    /// <summary>The files right in a folder, by path.</summary>
    /// <param name="commit">Of which state.</param>
    /// <param name="folder">With a slash at its end.</param>
    public IReadOnlyDictionary<string, string> ReadFolder(string commit, string folder) =>
        TryRun(out var names, "ls-tree", "--name-only", commit, folder)
            ? names.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(path => path, path => ReadFile(commit, path) ?? "")
            : new Dictionary<string, string>();

    public bool HasCommitsBetween(string from, string to) => TryRun(out var text, "rev-list", "--count", $"{from}..{to}") && text.Trim() != "0";

    public IReadOnlyList<string> Branches() => Run("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The branches that stand at a commit.</summary>
    public IReadOnlyList<string> BranchesAt(string commit) => TryRun(out var text, "for-each-ref", "--format=%(refname:lstrip=2)", "--points-at", commit, "refs/heads/")
        ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        : [];

    public bool IsAncestor(string commit, string of) => TryRun(out _, "merge-base", "--is-ancestor", commit, of);

    /// <returns>The tree of both together; null: they conflict.</returns>
    public string? MergedTree(string one, string other) => TryRun(out var text, "merge-tree", "--write-tree", one, other) ? text.Split('\n')[0] : null;

    /// <summary>Puts the other commit into the branch, as GitHub's button does: with a commit of its own.</summary>
    /// <returns>That commit; null: they conflict.</returns>
    public string? Merge(string branch, string other, string message)
    {
        var standing = Find($"refs/heads/{branch}")!;
        if (MergedTree(standing, other) is not { } tree)
            return null;
        var commit = RunWith(null, message, "commit-tree", tree, "-p", standing, "-p", other).Trim();
        Branch(branch, commit);
        return commit;
    }

    /// <summary>A commit on a branch with one file changed, as if somebody had pushed it.</summary>
    /// <param name="from">What it follows; null: the branch as it stands. Another commit makes it a push by force.</param>
    /// <returns>The commit.</returns>
    public string Commit(string branch, string path, string content, string message = "A change", string? from = null)
    {
        var parent = from ?? Find($"refs/heads/{branch}");
        var index = System.IO.Path.Combine(Path, "index-of-the-fake");
        File.Delete(index);
        if (parent is not null)
            RunWith(index, null, "read-tree", parent);
        var blob = RunWith(index, content, "hash-object", "-w", "--stdin").Trim();
        RunWith(index, null, "update-index", "--add", "--cacheinfo", $"100644,{blob},{path}");
        var tree = RunWith(index, null, "write-tree").Trim();
        var commit = RunWith(index, message, ["commit-tree", tree, .. parent is null ? Array.Empty<string>() : ["-p", parent]]).Trim();
        Run("update-ref", $"refs/heads/{branch}", commit);
        return commit;
    }

    /// <summary>All or none, and each only from where it should stand.</summary>
    /// <param name="commands">As <c>git update-ref --stdin</c> takes them.</param>
    public bool TryUpdate(string commands, out string error)
    {
        var (code, _, problem) = Start(null, commands, "update-ref", "--stdin");
        error = problem;
        return code == 0;
    }

    public void Rename(string branch, string name)
    {
        Run("branch", "-m", branch, name);
        Run("symbolic-ref", "HEAD", $"refs/heads/{name}");
    }

    public void Branch(string name, string commit) => Run("update-ref", $"refs/heads/{name}", commit);

    private string Run(params string[] arguments) => RunWith(null, null, arguments);

    private string RunWith(string? index, string? input, params string[] arguments)
    {
        var (code, output, error) = Start(index, input, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error}");
    }

    private bool TryRun(out string output, params string[] arguments)
    {
        (var code, output, _) = Start(null, null, arguments);
        return code == 0;
    }

    private (int Code, string Output, string Error) Start(string? index, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitEnvironment.Set(start.Environment);
        if (index is not null)
            start.Environment["GIT_INDEX_FILE"] = index;
        var error = new System.Text.StringBuilder();
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        process.BeginErrorReadLine();
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.ToString());
    }
}

/// <summary>Git without the machine's own settings, and in folders of whatever owner.</summary>
internal static class GitEnvironment
{
    public static void Set(IDictionary<string, string?> environment)
    {
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        environment["GIT_CONFIG_COUNT"] = "1";
        environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        environment["GIT_CONFIG_VALUE_0"] = "*";
        environment["GIT_AUTHOR_NAME"] = environment["GIT_COMMITTER_NAME"] = "The fake";
        environment["GIT_AUTHOR_EMAIL"] = environment["GIT_COMMITTER_EMAIL"] = "fake@example.invalid";
        foreach (var name in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
            environment.Remove(name);
    }
}
