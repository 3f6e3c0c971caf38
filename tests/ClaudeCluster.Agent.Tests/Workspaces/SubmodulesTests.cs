namespace ClaudeCluster.Agent.Tests;

public sealed class SubmodulesTests : IDisposable
{
    private readonly SourceRepository _source = new();
    private readonly SourceRepository _library = new();
    private readonly SourceRepository _inner = new();

    public void Dispose()
    {
        _source.Dispose();
        _library.Dispose();
        _inner.Dispose();
    }

    private Workspaces Workspaces()
    {
        var options = _source.Options with { Submodules = true };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);
    }

    [Fact]
    public async Task Submodules_and_theirs_are_files_for_the_coder_and_for_the_tests_and_no_part_of_the_commit()
    {
        _inner.Commit(("inner.txt", "inner\n"));
        Link(_library, _inner, "deep/inner", _library.Commit(("lib.txt", "library\n")));
        Link(_source, _library, "libs/library", _source.Commit(("a.txt", "one\n")));

        await using (var workspace = await Workspaces().OpenAsync(_source.Task(), default))
        {
            AssertHasAll(workspace.Folder);
            Assert.Equal(string.Empty, SourceRepository.GitIn(workspace.Folder, "status", "--porcelain"));
            File.WriteAllText(Path.Combine(workspace.Folder, "libs", "library", "lib.txt"), "changed");
            File.WriteAllText(Path.Combine(workspace.Folder, ".gitmodules"), "[submodule \"x\"]\n\tpath = libs/library\n\turl = /etc\n");
            var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "work", default);
            Assert.Equal([".gitmodules"], _source.Commands.RunAsync(workspace.Repository, ["diff", "--name-only", workspace.Start.Value, commit.Value], default).Result.Trim().Split('\n'));

            AssertHasAll(await workspace.CheckOutAsync(commit, default));
            workspace.RemoveCheckOut();
        }
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task The_second_attempt_does_not_ask_for_what_this_PC_has()
    {
        _library.Commit(("lib.txt", "library\n"));
        Link(_source, _library, "library", _source.Commit(("a.txt", "one\n")));
        await (await Workspaces().OpenAsync(_source.Task(1), default)).DisposeAsync();
        Directory.Move(_library.Folder, $"{_library.Folder}-gone");

        await using var second = await Workspaces().OpenAsync(_source.Task(2), default);

        Assert.Equal("library\n", File.ReadAllText(Path.Combine(second.Folder, "library", "lib.txt")));
    }

    [Fact]
    public async Task A_submodule_on_another_server_ends_the_attempt_with_place_reason_and_fix()
    {
        _library.Commit(("lib.txt", "library\n"));
        Link(_source, _library, "library", _source.Commit(("a.txt", "one\n")), "https://elsewhere.example/lib.git");

        var refused = await Assert.ThrowsAsync<BadInputException>(() => Workspaces().OpenAsync(_source.Task(), default));

        Assert.Contains("library", refused.Message, StringComparison.Ordinal);
        Assert.Contains("https://elsewhere.example/lib.git", refused.Message, StringComparison.Ordinal);
        Assert.Contains("submodules: false", refused.Message, StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Where_they_are_switched_off_their_folders_are_empty()
    {
        _library.Commit(("lib.txt", "library\n"));
        Link(_source, _library, "library", _source.Commit(("a.txt", "one\n")), "https://elsewhere.example/lib.git");

        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(workspace.Folder, "library")));
    }

    [Theory]
    [InlineData("https://github.com/acme/shop.git", "../lib.git", "https://github.com/acme/lib.git")]
    [InlineData("https://github.com/acme/shop.git", "../../other/lib", "https://github.com/other/lib")]
    [InlineData("https://github.com/acme/shop", "./part", "https://github.com/acme/shop/part")]
    [InlineData("https://github.com/acme/shop.git", "https://github.com/acme/lib.git", "https://github.com/acme/lib.git")]
    [InlineData("https://github.com/acme/shop.git", "https://somebody:secret@GitHub.com/acme/lib.git", "https://github.com/acme/lib.git")]
    [InlineData("https://github.com/acme/shop.git", "git@github.com:acme/lib.git", "https://github.com/acme/lib.git")]
    [InlineData("https://github.com/acme/shop.git", "ssh://git@github.com/acme/lib.git", "https://github.com/acme/lib.git")]
    [InlineData("http://127.0.0.1:8000/acme/shop.git", "http://127.0.0.1:8000/acme/lib.git", "http://127.0.0.1:8000/acme/lib.git")]
    [InlineData("/srv/git/shop.git", "../lib.git", "/srv/git/lib.git")]
    [InlineData("file:///srv/git/shop.git", "../lib.git", "file:///srv/git/lib.git")]
    public void An_address_on_the_repository_s_server_is_asked_for_there(string repository, string url, string address) =>
        Assert.Equal(address, SubmoduleAddress.Resolve(repository, "lib", url));

    [Theory]
    [InlineData("https://elsewhere.example/lib.git")]
    [InlineData("https://github.com.elsewhere.example/lib.git")]
    [InlineData("https://github.com@elsewhere.example/lib.git")]
    [InlineData("https://github.com:444/acme/lib.git")]
    [InlineData("git@elsewhere.example:acme/lib.git")]
    [InlineData("ext::sh -c id")]
    [InlineData("file:///etc")]
    [InlineData("/etc")]
    [InlineData("git://github.com/acme/lib.git")]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("-oProxyCommand=id")]
    [InlineData("../../../../etc")]
    [InlineData("../x/../../../y")]
    [InlineData("https://github.com/acme\nlib")]
    [InlineData("")]
    public void Any_other_address_is_refused(string url) =>
        Assert.Throws<BadInputException>(() => SubmoduleAddress.Resolve("https://github.com/acme/shop.git", "lib", url));

    [Fact]
    public void A_path_that_could_be_an_option_is_refused() =>
        Assert.Throws<BadInputException>(() => SubmoduleAddress.Resolve("https://github.com/acme/shop.git", "-x", "../lib.git"));

    private static void AssertHasAll(string folder)
    {
        Assert.Equal("library\n", File.ReadAllText(Path.Combine(folder, "libs", "library", "lib.txt")));
        Assert.Equal("inner\n", File.ReadAllText(Path.Combine(folder, "libs", "library", "deep", "inner", "inner.txt")));
        Assert.False(Path.Exists(Path.Combine(folder, "libs", "library", ".git")));
    }

    /// <summary>As <c>git submodule add</c> leaves it.</summary>
    private static void Link(SourceRepository outer, SourceRepository inner, string path, string head, string? url = null)
    {
        Assert.NotEmpty(head);
        url ??= $"{string.Concat(Enumerable.Repeat("../", 2))}{Path.GetFileName(Path.GetDirectoryName(inner.Folder))}/source";
        outer.Write(".gitmodules", $"[submodule \"a name\"]\n\tpath = {path}\n\turl = {url}\n");
        outer.Git("add", ".gitmodules");
        outer.Git("update-index", "--add", "--cacheinfo", $"160000,{inner.Git("rev-parse", "HEAD").Trim()},{path}");
        outer.Git("commit", "--quiet", "--message=submodule");
    }
}
