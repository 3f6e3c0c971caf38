using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests.Client;

public sealed class GitHubClientTests
{
    private const string Permission = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
    private const string AddLabels = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
    private const string Comment = "GraphQL WriteIssue";

    [Fact]
    public async Task Request_says_its_version_its_sender_and_what_it_reads()
    {
        await using var kit = await GitHubKit.StartAsync();

        await kit.Service.ReadRoleAsync(kit.Ref, "octo", default);

        var headers = Assert.Single(kit.Fake.Requests.All).Headers;
        Assert.Equal("2022-11-28", headers["X-GitHub-Api-Version"]);
        Assert.Equal("application/vnd.github+json", headers["Accept"]);
        Assert.StartsWith("ClaudeCluster/", headers["User-Agent"], StringComparison.Ordinal);
    }

    public static TheoryData<Fault, Type> Refusals => new()
    {
        { Fault.SecondaryLimit, typeof(GitHubException.SecondaryLimit) },
        { Fault.SecondaryLimitWithoutWord, typeof(GitHubException.SecondaryLimit) },
        { Fault.TooManyRequests, typeof(GitHubException.SecondaryLimit) },
        { Fault.PrimaryLimit, typeof(GitHubException.PrimaryLimit) },
        { Fault.Unprocessable, typeof(GitHubException.Validation) },
        { Fault.ServerError, typeof(GitHubException.Unavailable) },
        { Fault.BadGateway, typeof(GitHubException.Unavailable) },
        { Fault.ResetBeforeEffect, typeof(GitHubException.Unavailable) },
        { Fault.CutOff, typeof(GitHubException.Unavailable) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Refusal_is_an_error_of_its_own_that_names_the_call_and_no_token(Fault fault, Type expected)
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.Faults.Plan(Permission, fault, times: 9);

        var error = await Assert.ThrowsAnyAsync<GitHubException>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));

        Assert.IsType(expected, error);
        Assert.Contains("GET /repos/octo/shop/collaborators/octo/permission", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(kit.Token.Value, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("<html>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_is_as_long_as_GitHub_says_and_a_minute_if_it_does_not()
    {
        await using var kit = await GitHubKit.StartAsync();
        var before = kit.Clock.GetUtcNow();
        kit.Fake.Faults.Plan(Permission, Fault.SecondaryLimit);
        kit.Fake.Faults.Plan(Permission, Fault.SecondaryLimitWithoutWord);

        var said = await Assert.ThrowsAsync<GitHubException.SecondaryLimit>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));
        kit.Clock.Advance(TimeSpan.FromSeconds(31));
        var unsaid = await Assert.ThrowsAsync<GitHubException.SecondaryLimit>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));

        Assert.InRange(said.RetryAt!.Value - before, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        Assert.InRange(unsaid.RetryAt!.Value - before, TimeSpan.FromSeconds(91), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task During_a_pause_nothing_is_sent_and_after_it_all_is_well()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.Faults.Plan(Permission, Fault.SecondaryLimit);
        await Assert.ThrowsAsync<GitHubException.SecondaryLimit>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));

        await Assert.ThrowsAsync<GitHubException.SecondaryLimit>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));

        Assert.Single(kit.Operations);
        kit.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(Role.Admin, await kit.Service.ReadRoleAsync(kit.Ref, "octo", default));
    }

    [Fact]
    public async Task Hour_that_is_used_up_says_when_it_ends_and_nothing_more_is_sent()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Token.Limit = 2;
        foreach (var login in (string[])["octo", GitHubKit.Robot])
            await kit.Service.ReadRoleAsync(kit.Ref, login, default);

        var error = await Assert.ThrowsAsync<GitHubException.PrimaryLimit>(() => kit.Service.ReadRoleAsync(kit.Ref, "ann", default));

        Assert.Equal(2, kit.Operations.Count);
        Assert.Equal(0, kit.Service.Budget.RemainingOf("the personal token"));
        Assert.InRange(error.ResetAt - kit.Clock.GetUtcNow(), TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(60));
        kit.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(Role.Admin, await kit.Service.ReadRoleAsync(kit.Ref, "octo", default));
    }

    [Theory]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.ResetBeforeEffect)]
    [InlineData(Fault.ResetAfterEffect)]
    public async Task Question_whose_answer_was_lost_is_asked_again(Fault fault)
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.Faults.Plan(Permission, fault, times: 2);

        Assert.Equal(Role.Admin, await kit.Service.ReadRoleAsync(kit.Ref, "octo", default));
        Assert.Equal(3, kit.Service.Budget.Requests);
    }

    [Fact]
    public async Task Missing_permission_is_named()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Token.Permissions = new Dictionary<string, string> { ["contents"] = "write", ["issues"] = "read" };
        var issue = await kit.OpenIssueAsync();

        var error = await Assert.ThrowsAsync<GitHubException.Forbidden>(() => kit.Service.PutLabelsAsync(issue, new(["x"], []), default));

        Assert.Equal("issues=write; pull_requests=write", error.MissingPermission);
        Assert.Contains("the permission issues=write; pull_requests=write", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repository_that_the_token_does_not_see_is_masked_as_missing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var secret = kit.Fake.World.AddRepository("other/secret");

        await Assert.ThrowsAsync<GitHubException.NotFoundOrNoAccess>(() => kit.Service.SyncLabelsAsync(new(secret.Id, secret.FullName, "main", false), [], default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_that_is_none_any_more_is_unauthorized(bool isRevoked)
    {
        await using var kit = await GitHubKit.StartAsync();
        (kit.Token.IsRevoked, kit.Token.ExpiresAt) = (isRevoked, isRevoked ? DateTimeOffset.MaxValue : kit.Clock.GetUtcNow());

        await Assert.ThrowsAsync<GitHubException.Unauthorized>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));
    }

    [Fact]
    public async Task Renamed_repository_is_followed_with_method_and_body()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.Repository.FormerNames.Add("octo/shop");
        kit.Repository.Name = "store";

        await kit.Service.PutLabelsAsync(issue, new(["claude:working"], []), default);

        Assert.Equal("claude:working", Assert.Single(kit.IssueOf(issue).Labels).Name);
        Assert.Equal([301, 200], kit.Fake.Requests.All.Select(request => request.Status));
    }

    [Fact]
    public async Task Token_does_not_go_along_to_another_host()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using var elsewhere = await FakeGitHubServer.StartAsync(Path.GetTempPath(), kit.Clock);
        kit.Fake.World.MovedTo["octo/shop"] = elsewhere.Url;

        await Assert.ThrowsAsync<GitHubException.Unauthorized>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));

        Assert.True(Assert.Single(kit.Fake.Requests.All).WasSigned);
        Assert.False(Assert.Single(elsewhere.Requests.All).WasSigned);
    }

    [Fact]
    public async Task What_is_written_does_not_go_to_another_host()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using var elsewhere = await FakeGitHubServer.StartAsync(Path.GetTempPath(), kit.Clock);
        var issue = await kit.OpenIssueAsync();
        kit.Fake.World.MovedTo["octo/shop"] = elsewhere.Url;

        await Assert.ThrowsAsync<GitHubException.Unavailable>(() => kit.Service.PutLabelsAsync(issue, new(["x"], []), default));

        Assert.Empty(elsewhere.Requests.All);
    }

    [Fact]
    public async Task Redirect_without_end_ends()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.FormerNames.Add("octo/shop");

        await Assert.ThrowsAsync<GitHubException.Unavailable>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", default));
        Assert.InRange(kit.Operations.Count, 2, 20);
    }

    [Fact]
    public async Task Whoever_gives_up_is_not_told_that_GitHub_is_away()
    {
        await using var kit = await GitHubKit.StartAsync();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kit.Service.ReadRoleAsync(kit.Ref, "octo", source.Token));
    }

    [Theory]
    [InlineData(null, null, "https://api.github.com/", "https://api.github.com/graphql")]
    [InlineData("https://ghe.example/api/v3", null, "https://ghe.example/api/v3", "https://ghe.example/api/graphql")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/graphql")]
    public void Address_is_what_the_environment_says(string? api, string? graphQl, string expectedApi, string expectedGraphQl)
    {
        var address = GitHubAddress.Of(api, graphQl);

        Assert.Equal((expectedApi, expectedGraphQl), (address.Api.AbsoluteUri, address.GraphQl.AbsoluteUri));
    }

    [Theory]
    [InlineData("http://ghe.example/api/v3")]
    [InlineData("ghe.example")]
    [InlineData("ftp://ghe.example")]
    [InlineData("https://user:secret@ghe.example")]
    public void Address_that_would_give_tokens_away_is_refused(string api)
    {
        var error = Assert.Throws<BadInputException>(() => GitHubAddress.Of(api));

        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_that_cannot_be_repeated_is_sent_once()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.Fake.Faults.Plan(Comment, Fault.Unprocessable);

        await Assert.ThrowsAsync<GitHubException.Validation>(() => kit.Service.PutCommentAsync(issue, new("f"), null, "x", default));

        Assert.Single(kit.Operations, operation => operation == Comment);
        Assert.DoesNotContain(AddLabels, kit.Operations);
    }
}
