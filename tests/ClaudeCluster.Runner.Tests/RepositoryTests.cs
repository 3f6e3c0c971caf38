namespace ClaudeCluster.Runner.Tests;

/// <summary>Repositories as people have them.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public async Task A_dirty_repository_stays_as_it_is()
    {
        await using var playground = Playground.Create();
        playground.Write("repository/sum.sh", "echo half done\n");
        playground.Write("repository/new.txt", "not added\n");
        playground.Write("repository/added.txt", "added\n");
        playground.Git.Run("add", "added.txt");
        playground.Git.Run("stash", "list");
        var gitFolder = Path.Combine(playground.Repository, ".git");
        var index = File.ReadAllBytes(Path.Combine(gitFolder, "index"));
        var before = Snapshot.Of(playground.Repository, gitFolder);

        var ended = await playground.CallAsync(playground.Run);

        Assert.True(ended.Code == 0, ended.All);
        Assert.Contains("changes that no commit has. They are left alone", ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot.Of(playground.Repository, gitFolder));
        Assert.Equal(index, File.ReadAllBytes(Path.Combine(gitFolder, "index")));
        Assert.Equal("ref: refs/heads/main\n", File.ReadAllText(Path.Combine(gitFolder, "HEAD")));
        await Rest.IsWholeAsync(playground);
    }

    [Fact]
    public async Task A_default_branch_of_any_name_is_worked_from()
    {
        await using var playground = Playground.Create(branch: "trunk");

        var ended = await playground.CallAsync(playground.Run);

        Assert.True(ended.Code == 0, ended.All);
        await Rest.IsWholeAsync(playground, onto: "trunk");
    }

    [Fact]
    public async Task A_bare_repository_is_worked_on()
    {
        await using var playground = Playground.Create();
        playground.Git.Run("clone", "--quiet", "--bare", ".", playground.At("bare.git"));

        var ended = await playground.CallAsync("run", "--event", playground.EventFile, "--repo", "bare.git", "--coder", $"script:{playground.Script}");

        Assert.True(ended.Code == 0, ended.All);
        Assert.Equal(["claude/issue-7", "main"], new GitCli(playground.At("bare.git")).Branches());
    }

    [Fact]
    public async Task A_linked_work_tree_is_worked_on_as_its_repository()
    {
        await using var playground = Playground.Create();
        playground.Git.Run("worktree", "add", "--quiet", playground.At("linked"), "-b", "side");

        var ended = await playground.CallAsync("run", "--event", playground.EventFile, "--repo", "linked", "--coder", $"script:{playground.Script}");

        Assert.True(ended.Code == 0, ended.All);
        Assert.Equal(["claude/issue-7", "main", "side"], playground.Git.Branches());
        Assert.True(File.Exists(playground.Hub));
    }

    [Fact]
    public async Task The_second_call_after_the_end_does_nothing_again_and_says_how_to_begin_anew()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);
        var before = Snapshot.Of(playground.Repository, playground.State);

        var ended = await playground.CallAsync(playground.Run);

        Assert.True(ended.Code == 0, ended.All);
        Assert.Contains("Flow issue-42-7-1 has ended before, and nothing was done again; 'run --again' begins anew.", ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot.Of(playground.Repository, playground.State));
        await Rest.IsWholeAsync(playground);
    }

    [Fact]
    public async Task Again_begins_anew_on_a_branch_of_its_own()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);

        var ended = await playground.CallAsync([.. playground.Run, "--again"]);

        Assert.True(ended.Code == 0, ended.All);
        Assert.Equal(["claude/issue-7", "claude/issue-7-2", "main"], playground.Git.Branches());
        Assert.Equal(2, Directory.GetFiles(Path.Combine(playground.State, "pulls")).Length);
    }

    [Fact]
    public async Task A_pull_request_branch_that_somebody_moved_is_not_overwritten()
    {
        await using var playground = Playground.Create();
        playground.Git.Run("branch", "claude/issue-7");
        var theirs = playground.Git.Run("rev-parse", "claude/issue-7");

        var ended = await playground.CallAsync(playground.Run);

        Assert.True(ended.Code == (int)ExitCode.NeedsHuman, ended.All);
        Assert.Contains("claude/issue-7", ended.Output, StringComparison.Ordinal);
        Assert.Equal(theirs, playground.Git.Run("rev-parse", "claude/issue-7"));
    }
}
