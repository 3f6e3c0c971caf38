using System.Diagnostics;

namespace ClaudeCluster.Agent.Tests;

public sealed class GitFoldersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public GitFoldersTests()
    {
        Git("init", "--quiet", "repository");
        Git("-C", "repository", "-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "--quiet", "--allow-empty", "-m", "first");
        Git("-C", "repository", "worktree", "add", "--quiet", "--detach", _folder["tree"]);
    }

    [Fact]
    public void The_repository_of_a_work_tree_is_readable() => Assert.Equal([_folder["repository/.git"]], GitFolders.Of(_folder["tree"]));

    [Fact]
    public void A_repository_that_holds_its_own_data_needs_nothing_more() => Assert.Empty(GitFolders.Of(_folder["repository"]));

    [Fact]
    public void A_pointer_that_was_bent_to_another_folder_is_not_believed()
    {
        Directory.CreateDirectory(_folder["secrets"]);
        _folder.Write("tree/fake/gitdir", _folder["tree/.git"]);
        _folder.Write("tree/fake/commondir", _folder["secrets"]);

        foreach (var pointer in (string[])[_folder["secrets"], _folder["tree/fake"], _folder["repository/.git"]])
        {
            _folder.Write("tree/.git", $"gitdir: {pointer}\n");
            Assert.Empty(GitFolders.Of(_folder["tree"]));
        }
    }

    public void Dispose() => _folder.Dispose();

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _folder.Root })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
