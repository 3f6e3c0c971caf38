namespace ClaudeCluster.Agent.Tests;

public sealed class DiffReaderTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task Tests_that_take_long_to_read_are_flagged_and_do_not_end_the_attempt()
    {
        _source.Commit(("tests/a.sh", "assert 1\n"), ("tests/b.sh", "assert 1\n"), ("tests/c.sh", "assert 1\n"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
        string In(string name) => Path.Combine(workspace.Folder, "tests", name);
        File.WriteAllText(In("a.sh"), string.Concat(Enumerable.Repeat("[  ", 300_000)) + "\n");
        File.WriteAllText(In("b.sh"), new string('x', 70 << 20));
        File.WriteAllText(In("c.sh"), string.Concat(Enumerable.Repeat("x\n", 30_000)));
        var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "m", default);

        var change = await new DiffReader(_source.Commands).ReadAsync(workspace, commit, default);

        Assert.Equal([false, true, true], change.Files.Select(file => file.IsUnread));
        Assert.Equal([900_001, 70 << 20, 60_000], change.Files.Select(file => file.Bytes));
        Assert.Equal(3, DiffPolicy.Judge(change, new DiffRules()).Summary.Warnings.Count);
    }

    [Fact]
    public async Task A_thousand_links_are_counted_and_the_first_ones_read()
    {
        _source.Commit(("a.txt", "1\n"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
        for (var i = 0; i < 1000; i++)
            File.CreateSymbolicLink(Path.Combine(workspace.Folder, $"link{i:0000}"), "a.txt");
        var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "m", default);

        var change = await new DiffReader(_source.Commands).ReadAsync(workspace, commit, default);

        Assert.Equal((1000, DiffPolicy.MostLinks), (change.Files.Count(file => file.IsLink), change.Files.Count(file => file.LinkTarget is not null)));
    }

    [Fact]
    public async Task A_change_is_read_with_kinds_lines_links_and_test_lines()
    {
        _source.Commit(("a.txt", "1\n2\n3\n"), ("gone.txt", "x\n"), ("tests/t.sh", "assert 1\nassert 2\n"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
        string In(string name) => Path.Combine(workspace.Folder, name);
        File.WriteAllText(In("a.txt"), "1\ntwo\n3\n4\n");
        File.Delete(In("gone.txt"));
        File.WriteAllBytes(In("b.bin"), [0, 1, 2, 0]);
        File.CreateSymbolicLink(In("link"), "/etc/passwd");
        File.WriteAllText(In("tests/t.sh"), "assert 2\n--- not a header\n");
        File.WriteAllText(In("tab\tnew\nline.txt"), "x\n");
        var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "m", default);

        var files = (await new DiffReader(_source.Commands).ReadAsync(workspace, commit, default)).Files.ToDictionary(file => file.Path);

        Assert.Equal(["a.txt", "b.bin", "gone.txt", "link", "tab\tnew\nline.txt", "tests/t.sh"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2, 1), (files["a.txt"].Added, files["a.txt"].Removed));
        Assert.True(files["gone.txt"].IsDeleted);
        Assert.Null(files["b.bin"].Added);
        Assert.True(files["b.bin"].IsNew);
        Assert.Equal("/etc/passwd", files["link"].LinkTarget);
        Assert.Equal(["assert 1"], files["tests/t.sh"].RemovedLines);
        Assert.Equal(["--- not a header"], files["tests/t.sh"].AddedLines);
    }
}
