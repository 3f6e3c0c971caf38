namespace ClaudeCluster.Agent.Tests;

public sealed class SparesTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public SparesTests() => _source.Commit(("a.txt", "one\n"), ("folder/b.txt", "one\n"), ("folder/deep/c.txt", "one\n"), ("gone.txt", "x\n"), (".gitignore", "*.log\n"));

    public void Dispose() => _source.Dispose();

    private string Spares => Path.Combine(_source.Options.Root, "mirrors", "4711.spares");

    private Workspaces Workspaces(bool isSandboxed = true)
    {
        var options = _source.Options with { Sandbox = isSandboxed ? new SandboxOptions() : null };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);
    }

    [Fact]
    public async Task The_next_attempt_gets_the_files_of_the_last_one_at_its_own_commit_and_nothing_that_was_changed()
    {
        await using var first = await Workspaces().OpenAsync(_source.Task(1), default);
        var inode = FileState.Read(Path.Combine(first.Folder, "folder", "b.txt"))!.Value.Inode;
        File.WriteAllText(Path.Combine(first.Folder, "a.txt"), "a coder was here");
        File.WriteAllText(Path.Combine(first.Folder, "untracked.txt"), "a coder was here");
        await EndAsync(first);
        var newest = _source.Commit(("a.txt", "two\n"), ("new.txt", "new\n"));

        await using var second = await Workspaces().OpenAsync(_source.Task(2), default);

        Assert.Empty(Directory.GetDirectories(Spares));
        Assert.Equal(newest, second.Start.Value);
        AssertIsLikeAClone(second.Folder);
        Assert.Equal(inode, FileState.Read(Path.Combine(second.Folder, "folder", "b.txt"))!.Value.Inode);
        Assert.Equal(string.Empty, SourceRepository.GitIn(second.Folder, "status", "--porcelain"));
        Assert.Equal(newest, SourceRepository.GitIn(second.Folder, "rev-parse", "HEAD").Trim());
        await EndAsync(second);
    }

    [Theory]
    [InlineData("changes a file and sets its time back")]
    [InlineData("makes a file executable")]
    [InlineData("gives a file a second name")]
    [InlineData("puts a link in a file's place")]
    [InlineData("puts a link in a folder's place")]
    [InlineData("puts a folder in a file's place")]
    [InlineData("closes a folder")]
    [InlineData("hides files from git")]
    [InlineData("makes a repository inside")]
    [InlineData("removes everything")]
    public async Task What_a_coder_did_to_its_tree_is_not_in_the_next_one(string deed)
    {
        await using var first = await Workspaces().OpenAsync(_source.Task(1), default);
        Do(deed, first.Folder);
        await EndAsync(first);

        await using var second = await Workspaces().OpenAsync(_source.Task(2), default);

        AssertIsLikeAClone(second.Folder);
        await EndAsync(second);
    }

    [Theory]
    [InlineData("changes a file and sets its time back")]
    [InlineData("puts a link in a folder's place")]
    [InlineData("hides files from git")]
    public async Task What_tests_did_to_their_checkout_is_not_in_the_next_one(string deed)
    {
        await using var workspace = await Workspaces().OpenAsync(_source.Task(1), default);
        for (var turn = 0; turn < 2; turn++)
        {
            var checkout = await workspace.CheckOutAsync(workspace.Start, default);
            AssertIsLikeAClone(checkout);
            Do(deed, checkout);
            workspace.RemoveCheckOut();
        }
        await EndAsync(workspace);
        Assert.Equal(2, Directory.GetDirectories(Spares).Length);
    }

    [Fact]
    public async Task A_clean_checkout_has_what_was_committed_and_nothing_of_the_work_tree()
    {
        await EndAsync(await Workspaces().OpenAsync(_source.Task(1), default));
        await using var workspace = await Workspaces().OpenAsync(_source.Task(2), default);
        File.WriteAllText(Path.Combine(workspace.Folder, "a.txt"), "committed\n");
        File.WriteAllText(Path.Combine(workspace.Folder, "x.log"), "ignored\n");
        File.Delete(Path.Combine(workspace.Folder, "gone.txt"));
        var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "work", default);

        var checkout = await workspace.CheckOutAsync(commit, default);

        Assert.Equal([".gitignore", "a.txt", "folder/b.txt", "folder/deep/c.txt"], FilesIn(checkout).Select(file => file.Name));
        Assert.Equal("committed\n", File.ReadAllText(Path.Combine(checkout, "a.txt")));
        await EndAsync(workspace);
    }

    [Fact]
    public async Task A_spare_whose_mirror_was_lost_is_put_right()
    {
        await EndAsync(await Workspaces().OpenAsync(_source.Task(1), default));
        Directory.Delete(Path.Combine(_source.Options.Root, "mirrors", "4711.git"), recursive: true);
        File.WriteAllText(Path.Combine(Assert.Single(Directory.GetDirectories(Spares)), "tree", "a.txt"), "something else");

        await using var second = await Workspaces().OpenAsync(_source.Task(2), default);

        AssertIsLikeAClone(second.Folder);
        await EndAsync(second);
    }

    [Theory]
    [InlineData("index")]
    [InlineData("tree")]
    public async Task A_spare_that_is_not_whole_is_thrown_away(string part)
    {
        await EndAsync(await Workspaces().OpenAsync(_source.Task(1), default));
        FolderRemoval.Remove(Path.Combine(Assert.Single(Directory.GetDirectories(Spares)), part));

        await using var second = await Workspaces().OpenAsync(_source.Task(2), default);

        AssertIsLikeAClone(second.Folder);
        Assert.Empty(Directory.GetDirectories(Spares));
        await EndAsync(second);
    }

    [Fact]
    public async Task A_spare_that_is_being_made_is_waited_for_and_no_other_is_made()
    {
        var first = await Workspaces().OpenAsync(_source.Task(1), default);
        var inode = FileState.Read(Path.Combine(first.Folder, "a.txt"))!.Value.Inode;
        await first.DisposeAsync();

        await using var second = await Workspaces().OpenAsync(_source.Task(2), default);

        Assert.Equal(inode, FileState.Read(Path.Combine(second.Folder, "a.txt"))!.Value.Inode);
        await EndAsync(second);
    }

    [Fact]
    public async Task The_same_attempt_can_begin_again_while_its_trees_are_made_ready()
    {
        await using (var first = await Workspaces().OpenAsync(_source.Task(1), default))
            AssertIsLikeAClone(first.Folder);

        await using (var again = await Workspaces().OpenAsync(_source.Task(1), default))
            AssertIsLikeAClone(again.Folder);

        await Workspaces().SettleAsync();
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Without_a_sandbox_that_hides_it_from_coders_none_is_kept()
    {
        await (await Workspaces(isSandboxed: false).OpenAsync(_source.Task(1), default)).DisposeAsync();

        Assert.False(Directory.Exists(Spares));
        _source.AssertNothingIsLeft();
    }

    private async Task EndAsync(Workspace workspace)
    {
        await workspace.DisposeAsync();
        await Workspaces().SettleAsync();
        _source.AssertNothingIsLeft();
    }

    private static void Do(string deed, string folder)
    {
        string In(params string[] parts) => Path.Combine([folder, .. parts]);
        switch (deed)
        {
            case "changes a file and sets its time back":
                var time = File.GetLastWriteTimeUtc(In("a.txt"));
                File.WriteAllText(In("a.txt"), "two\n");
                File.SetLastWriteTimeUtc(In("a.txt"), time);
                break;
            case "makes a file executable":
                File.SetUnixFileMode(In("a.txt"), (UnixFileMode)0b111_111_111);
                break;
            case "gives a file a second name":
                SourceRepository.Run("ln", In("a.txt"), In("folder", "second.txt"));
                break;
            case "puts a link in a file's place":
                File.Move(In("a.txt"), In("moved.txt"));
                File.CreateSymbolicLink(In("a.txt"), "moved.txt");
                break;
            case "puts a link in a folder's place":
                Directory.Move(In("folder"), In("moved"));
                File.CreateSymbolicLink(In("folder"), "moved");
                break;
            case "puts a folder in a file's place":
                File.Delete(In("a.txt"));
                Directory.CreateDirectory(In("a.txt", "inner"));
                break;
            case "closes a folder":
                Directory.CreateDirectory(In("folder", "closed"));
                File.SetUnixFileMode(In("folder", "closed"), UnixFileMode.None);
                File.SetUnixFileMode(In("folder"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
                break;
            case "hides files from git":
                File.WriteAllText(In("x.log"), "ignored");
                File.WriteAllText(In("folder", ".gitignore"), "*\n");
                File.WriteAllText(In("folder", "ignored.sh"), "#!/bin/sh");
                File.WriteAllText(In(".git"), "gitdir: /nowhere\n");
                break;
            case "makes a repository inside":
                SourceRepository.GitIn(In("folder"), "init", "--quiet");
                break;
            case "removes everything":
                Directory.Delete(folder, recursive: true);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(deed), deed, "No such deed.");
        }
    }

    private void AssertIsLikeAClone(string folder)
    {
        using var elsewhere = new TempFolder();
        SourceRepository.GitIn(elsewhere.Root, "clone", "--quiet", _source.Folder, "clone");
        Assert.Equal(FilesIn(elsewhere["clone"]), FilesIn(folder));
        Assert.Equal(FoldersIn(elsewhere["clone"]), FoldersIn(folder));
    }

    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    private static List<(string Name, string Text, UnixFileMode Mode, string? Link)> FilesIn(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles("*", All).Where(file => !IsGits(folder, file))
            .Select(file => (Path.GetRelativePath(folder, file.FullName), File.ReadAllText(file.FullName), file.UnixFileMode, file.LinkTarget)).OrderBy(file => file.Item1, StringComparer.Ordinal)];

    private static List<(string Name, UnixFileMode Mode)> FoldersIn(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateDirectories("*", All).Where(inner => !IsGits(folder, inner))
            .Select(inner => (Path.GetRelativePath(folder, inner.FullName), inner.UnixFileMode)).OrderBy(inner => inner.Item1, StringComparer.Ordinal)];

    private static bool IsGits(string folder, FileSystemInfo entry) => Path.GetRelativePath(folder, entry.FullName).Split('/')[0] == ".git";
}
