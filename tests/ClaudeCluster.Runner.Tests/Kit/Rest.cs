using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Runner.Tests;

/// <summary>What must be true of a playground once a flow has come to its pull request, whatever happened on the way.</summary>
internal static class Rest
{
    private const string Mark = "CLAUDE_CLUSTER_ATTEMPT=";

    /// <summary>One branch, one line of commits, one pull request, one comment, its label, and nothing left over.</summary>
    public static async Task IsWholeAsync(Playground playground, string branch = "claude/issue-7", string onto = "main", string flow = "issue-42-7-1")
    {
        var git = playground.Git;
        Assert.Equal([branch, onto], git.Branches().Order(StringComparer.Ordinal));
        Commits(git, branch, onto);
        Assert.Equal(["3"], Sum(playground, branch));

        var pulls = Directory.GetFiles(Path.Combine(playground.State, "pulls"));
        Assert.Equal([branch.Replace('/', '-') + ".md"], pulls.Select(path => Path.GetFileName(path)));
        Assert.Contains($"\nhead: {branch}\nbase: {onto}\n", File.ReadAllText(pulls[0]), StringComparison.Ordinal);
        var comments = Directory.GetFiles(playground.State, "comment-*", SearchOption.AllDirectories);
        Assert.Equal([$"comment-{flow}.md"], comments.Select(path => Path.GetFileName(path)));
        Assert.Contains("**Ready for review.**", File.ReadAllText(comments[0]), StringComparison.Ordinal);
        Assert.Equal("claude:review\n", File.ReadAllText(Directory.GetFiles(playground.State, "labels.txt", SearchOption.AllDirectories).Single()));

        NothingIsLeft(playground);
        var history = await playground.CallAsync("history", flow, "--repo", playground.Repository, "--json");
        Assert.True(history.Code == 0, history.All);
        Assert.Equal("completed", history.Json["status"]!.GetValue<string>());
    }

    /// <summary>No process, work tree, scratch folder, unfinished file or lock of a dead one.</summary>
    public static void NothingIsLeft(Playground playground)
    {
        Assert.Empty(Orphans(playground.Folder));
        Assert.NotNull(playground.AgentRoot);
        Assert.Empty(Snapshot.Of(Path.Combine(playground.AgentRoot, "attempts")));
        Assert.Empty(Snapshot.Of(playground.At("tmp")));
        Assert.Empty(new DirectoryInfo(playground.Folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => file.FullName)
            .Where(path => path.EndsWith(".tmp", StringComparison.Ordinal) || path.EndsWith(".new", StringComparison.Ordinal) || IsStaleLock(path)));
        foreach (var mirror in Directory.GetDirectories(Path.Combine(playground.AgentRoot, "mirrors")))
        {
            Assert.Equal([], new GitCli(mirror).Branches());
            Assert.Single(new GitCli(mirror).Lines("worktree", "list"));
        }
    }

    /// <summary>Processes of attempts below the folder that still run.</summary>
    public static IReadOnlyList<string> Orphans(string folder) => !Directory.Exists("/proc")
        ? []
        : [.. Directory.EnumerateDirectories("/proc")
            .Where(process => int.TryParse(Path.GetFileName(process), out _))
            .Where(process => Read($"{process}/environ").Contains(Mark + folder, StringComparison.Ordinal))
            .Where(process => !Regex.IsMatch(Read($"{process}/stat"), @"\) [ZX] ", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .Select(process => $"{Path.GetFileName(process)} {Read($"{process}/cmdline").Replace('\0', ' ')}")];

    private static void Commits(GitCli git, string branch, string onto)
    {
        var commits = git.Lines("rev-list", "--reverse", $"{onto}..{branch}");
        Assert.InRange(commits.Length, 1, 3);
        var parent = git.Run("rev-parse", onto);
        foreach (var commit in commits)
        {
            Assert.Equal(parent, git.Run("log", "-1", "--format=%P", commit));
            Assert.Equal("ClaudeCluster <agent@claude-cluster.invalid>|ClaudeCluster <agent@claude-cluster.invalid>", git.Run("log", "-1", "--format=%an <%ae>|%cn <%ce>", commit));
            var trailers = git.Run("log", "-1", "--format=%(trailers:unfold,only)", commit);
            Assert.Contains("Co-authored-by: grace <3+grace@users.noreply.github.com>", trailers, StringComparison.Ordinal);
            Assert.Contains("Claude-Cluster-Flow: issue-42-7-1", trailers, StringComparison.Ordinal);
            Assert.Matches("Claude-Cluster-Attempt: issue-42-7-1-a[0-9]+", trailers);
            parent = commit;
        }
    }

    private static string[] Sum(Playground playground, string branch)
    {
        var script = playground.Write("tmp-sum/sum.sh", playground.Git.Run("show", $"{branch}:sum.sh"));
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh") { ArgumentList = { script, "1", "2" }, RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd().TrimEnd('\n');
        process.WaitForExit();
        return [said];
    }

    // Locks of the operating system lie on files that stay: the hub's, and a mirror's.
    private static bool IsStaleLock(string path) =>
        path.EndsWith(".lock", StringComparison.Ordinal) && !path.EndsWith("hub.db.lock", StringComparison.Ordinal) && !path.EndsWith(".git.lock", StringComparison.Ordinal);

    private static string Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(file));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
