namespace ClaudeCluster.Agent.Tests;

public sealed class SpareWorkTreeTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public SpareWorkTreeTests() => _source.Commit(("a.txt", "one\n"), ("folder/b.txt", "one\n"), ("gone.txt", "x\n"));

    public void Dispose() => _source.Dispose();

    private string Spare => Path.Combine(_source.Options.Root, "mirrors", "4711.spare");

    private Workspaces Workspaces(bool isSandboxed = true)
    {
        var options = _source.Options with { Sandbox = isSandboxed ? new SandboxOptions() : null };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);
    }

    [Fact]
    public async Task The_next_attempt_gets_the_spare_at_its_own_commit_and_nothing_of_the_last_one()
    {
        var first = await Workspaces().OpenAsync(_source.Task(1), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(first.Folder, "a.txt"), "a coder was here", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(first.Folder, "untracked.txt"), "a coder was here", TestContext.Current.CancellationToken);
        await first.DisposeAsync();
        var made = File.GetCreationTimeUtc(Path.Combine(Spare, "folder", "b.txt"));
        var newest = _source.Commit(("a.txt", "two\n"), ("new.txt", "new\n"));

        await using var second = await Workspaces().OpenAsync(_source.Task(2), CancellationToken.None);

        Assert.False(Directory.Exists(Spare));
        Assert.Equal(newest, second.Start.Value);
        Assert.Equal(["a.txt", "folder", "gone.txt", "new.txt"], Directory.GetFileSystemEntries(second.Folder).Select(Path.GetFileName).Where(name => name != ".git").Order(StringComparer.Ordinal));
        Assert.Equal("two\n", await File.ReadAllTextAsync(Path.Combine(second.Folder, "a.txt"), TestContext.Current.CancellationToken));
        Assert.Equal(made, File.GetCreationTimeUtc(Path.Combine(second.Folder, "folder", "b.txt")));
        Assert.Equal(string.Empty, SourceRepository.GitIn(second.Folder, "status", "--porcelain"));
        Assert.Equal(newest, SourceRepository.GitIn(second.Folder, "rev-parse", "HEAD").Trim());
    }

    [Fact]
    public async Task A_spare_that_no_longer_fits_its_mirror_is_thrown_away()
    {
        await (await Workspaces().OpenAsync(_source.Task(1), CancellationToken.None)).DisposeAsync();
        Directory.Delete(Path.Combine(_source.Options.Root, "mirrors", "4711.git"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(Spare, "a.txt"), "something else", TestContext.Current.CancellationToken);

        await using var second = await Workspaces().OpenAsync(_source.Task(2), CancellationToken.None);

        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(second.Folder, "a.txt"), TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(Spare));
    }

    [Fact]
    public async Task Without_a_sandbox_that_hides_it_from_coders_none_is_kept()
    {
        await (await Workspaces(isSandboxed: false).OpenAsync(_source.Task(1), CancellationToken.None)).DisposeAsync();

        Assert.False(Directory.Exists(Spare));
    }
}
