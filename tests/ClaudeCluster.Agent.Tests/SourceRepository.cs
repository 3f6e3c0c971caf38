using System.Diagnostics;

namespace ClaudeCluster.Agent.Tests;

/// <summary>A repository as a person made it with plain git, and an agent's root beside it.</summary>
public sealed class SourceRepository : IDisposable
{
    private readonly TempFolder _folder = new();

    public SourceRepository(string branch = "trunk")
    {
        Branch = branch;
        Directory.CreateDirectory(Folder);
        Git("init", "--quiet", $"--initial-branch={branch}");
        Options = new AgentOptions
        {
            AgentId = new AgentId("pc-1"),
            WorkerId = "pc-1/4711/first",
            Specialties = [new Specialty("backend")],
            Root = _folder["agent"],
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" },
        };
        Commands = new Git(Options, TimeProvider.System);
        Workspaces = new Workspaces(Options, Commands, _ => Folder, TimeProvider.System);
        Repository = new RepositoryRef(4711, "acme/shop", branch, IsPublic: false);
    }

    public string Branch { get; }

    public string Folder => _folder["source"];

    public AgentOptions Options { get; }

    public Git Commands { get; }

    public Workspaces Workspaces { get; }

    public RepositoryRef Repository { get; }

    public string Write(string name, string text) => _folder.Write(Path.Combine("source", name), text);

    public string Commit(params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
            Write(name, text);
        Git("add", "--all");
        Git("commit", "--quiet", "--no-verify", "--message=more");
        return Git("rev-parse", "HEAD").Trim();
    }

    /// <summary>What stands at a path in a revision of the source; fails if nothing does.</summary>
    public string Show(string revision, string path) => Git("show", $"{revision}:{path}");

    public AgentTask Task(int attempt = 1, string title = "Totals are wrong") => new()
    {
        AttemptId = $"issue-4711-12-1-a{attempt}",
        Repository = Repository,
        Issue = new IssueSnapshot { Number = 12, Title = title, Author = "ada" },
        Specialty = new Specialty("backend"),
        BaseBranch = Branch,
        AttemptBranch = $"claude/wip/12-1-a{attempt}",
        Requester = new Requester("octo-cat", 583231, IsBot: false),
    };

    /// <summary>All that an agent must not leave: folders, locks, work trees, branches, processes.</summary>
    public void AssertNothingIsLeft()
    {
        var attempts = Path.Combine(Options.Root, "attempts");
        Assert.Empty(Directory.Exists(attempts) ? Directory.GetFileSystemEntries(attempts) : []);
        Assert.Empty(ProcessTree.Find(attempts));
        foreach (var mirror in Directory.GetDirectories(Path.Combine(Options.Root, "mirrors"), "*.git"))
        {
            Assert.DoesNotContain("attempts", Git("--git-dir", mirror, "worktree", "list"), StringComparison.Ordinal);
            Assert.Empty(Git("--git-dir", mirror, "for-each-ref", "refs/heads"));
        }
    }

    public string Git(params string[] arguments) => GitIn(Folder, arguments);

    public static string GitIn(string folder, params string[] arguments) => RunIn(folder, "git", arguments);

    public static string Run(string program, params string[] arguments) => RunIn("/", program, arguments);

    private static string RunIn(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["GIT_CONFIG_GLOBAL"] = "/dev/null",
                ["GIT_AUTHOR_NAME"] = "Ada", ["GIT_AUTHOR_EMAIL"] = "ada@example.org",
                ["GIT_COMMITTER_NAME"] = "Ada", ["GIT_COMMITTER_EMAIL"] = "ada@example.org",
            },
        };
        using var process = Process.Start(start)!;
        var errors = new System.Text.StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }

    public void Dispose() => _folder.Dispose();
}
