namespace ClaudeCluster.GitHub.Tests.Policy;

public sealed class GitHubFilesTests
{
    [Fact]
    public async Task File_comes_with_the_commit_it_was_read_from_in_one_request()
    {
        await using var kit = await GitHubKit.StartAsync();
        var commit = kit.Repository.Git.Commit("main", ".github/claude-cluster.yml", "version: 1\n");

        var file = await kit.Service.ReadAsync(kit.Ref, ".github/claude-cluster.yml", default);

        Assert.Equal(new RepositoryFile("version: 1\n", new(commit)), file);
        Assert.Single(kit.Operations);
    }

    [Fact]
    public async Task File_of_another_branch_is_not_seen()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Branch("evil", kit.FirstCommit);
        kit.Repository.Git.Commit("evil", ".github/claude-cluster.yml", "version: 1\n");

        Assert.Null(await kit.Service.ReadAsync(kit.Ref, ".github/claude-cluster.yml", default));
    }

    [Fact]
    public async Task Empty_repository_has_no_file()
    {
        await using var kit = await GitHubKit.StartAsync();
        var empty = kit.Fake.World.AddRepository("octo/empty");
        empty.Roles[GitHubKit.Robot] = "write";

        Assert.Null(await kit.Service.ReadAsync(new(empty.Id, empty.FullName, "main", IsPublic: false), "x", default));
    }

    [Fact]
    public async Task Repository_that_the_token_does_not_see_is_not_found()
    {
        await using var kit = await GitHubKit.StartAsync();
        var secret = kit.Fake.World.AddRepository("other/secret");

        var error = await Assert.ThrowsAsync<GitHubException.NotFoundOrNoAccess>(() => kit.Service.ReadAsync(new(secret.Id, secret.FullName, "main", false), "x", default));

        Assert.Contains("token or App may read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_too_large_says_so()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Commit("main", "big.yml", new string('x', 600_000));

        await Assert.ThrowsAsync<BadInputException>(() => kit.Service.ReadAsync(kit.Ref, "big.yml", default));
    }
}
