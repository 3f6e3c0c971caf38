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

    [Theory]
    [InlineData("rm .git; mkfifo .git")]
    [InlineData("rm .git; ln -s /dev/zero .git")]
    [InlineData("head -c 50000000 /dev/zero | tr '\\0' x > .git")]
    [InlineData("printf 'gitdir: /a\\000b' > .git")]
    public async Task What_would_keep_its_reader_is_not_read(string command)
    {
        using (var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder["tree"] })!)
            await shell.WaitForExitAsync();

        Assert.Empty(await Task.Run(() => GitFolders.Of(_folder["tree"])).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    public void Dispose() => _folder.Dispose();

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _folder.Root })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
