using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.GitHub.Tests.Authentication;

public sealed class AppCredentialsTests
{
    private const string Mint = "POST /app/installations/{installation_id}/access_tokens";
    private static readonly RSA Key = RSA.Create(2048);

    private static readonly Dictionary<string, string> Granted = new()
    {
        ["contents"] = "write",
        ["issues"] = "write",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
        ["actions"] = "write",
    };

    [Fact]
    public async Task Token_is_for_one_repository_with_the_least_that_is_needed_and_is_used_again()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using var service = Install(kit);

        await service.ReadRoleAsync(kit.Ref, "octo", default);
        await service.ReadRoleAsync(kit.Ref, GitHubKit.Robot, default);

        var token = Assert.Single(kit.Fake.World.Tokens, token => token.Kind == TokenKind.Installation);
        Assert.Equal(["octo/shop"], token.Repositories!);
        Assert.Equal(["contents", "issues", "metadata", "pull_requests"], token.Permissions!.Keys.Order(StringComparer.Ordinal));
        Assert.True(token.Value.Length > 300);
        Assert.Equal(4, kit.Operations.Count);
    }

    [Fact]
    public async Task Token_is_replaced_before_it_ends()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using var service = Install(kit);
        await service.ReadRoleAsync(kit.Ref, "octo", default);

        kit.Clock.Advance(TimeSpan.FromMinutes(54));
        await service.ReadRoleAsync(kit.Ref, "octo", default);
        Assert.Single(kit.Operations, operation => operation == Mint);

        kit.Clock.Advance(TimeSpan.FromMinutes(2));
        await service.ReadRoleAsync(kit.Ref, "octo", default);
        Assert.Equal(2, kit.Operations.Count(operation => operation == Mint));
    }

    [Fact]
    public async Task Token_that_was_revoked_by_somebody_is_replaced_at_once()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using var service = Install(kit);
        await service.ReadRoleAsync(kit.Ref, "octo", default);
        kit.Fake.World.Tokens.Single(token => token.Kind == TokenKind.Installation).IsRevoked = true;

        Assert.Equal(Role.None, await service.ReadRoleAsync(kit.Ref, "ann", default));
    }

    [Fact]
    public async Task Tokens_are_revoked_at_the_end()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using (var service = Install(kit))
            await service.ReadRoleAsync(kit.Ref, "octo", default);

        Assert.True(kit.Fake.World.Tokens.Single(token => token.Kind == TokenKind.Installation).IsRevoked);
    }

    [Fact]
    public async Task Many_at_once_share_one_token()
    {
        await using var kit = await GitHubKit.StartAsync();
        await using var service = Install(kit);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.ReadRoleAsync(kit.Ref, "octo", default)));

        Assert.Single(kit.Operations, operation => operation == Mint);
    }

    [Fact]
    public async Task App_that_is_not_installed_says_so()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.World.AddApp("claude-cluster", Key, Granted);
        await using var service = kit.NewService(new GitHubLogin.App("claude-cluster", Pem()));

        var error = await Assert.ThrowsAsync<GitHubException.NotFoundOrNoAccess>(() => service.ReadAsync(kit.Ref, "x", default));

        Assert.Contains("not installed in octo/shop", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permission_that_was_not_granted_is_named()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.World.AddApp("claude-cluster", Key, new Dictionary<string, string> { ["contents"] = "read" }, kit.Repository);
        await using var service = kit.NewService(new GitHubLogin.App("claude-cluster", Pem()));

        var error = await Assert.ThrowsAsync<GitHubException.Forbidden>(() => service.ReadAsync(kit.Ref, "x", default));

        Assert.Contains("contents=write; issues=write", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_of_another_App_is_unauthorized_and_not_shown()
    {
        await using var kit = await GitHubKit.StartAsync();
        using var other = RSA.Create(2048);
        kit.Fake.World.AddApp("claude-cluster", other, Granted, kit.Repository);
        await using var service = kit.NewService(new GitHubLogin.App("claude-cluster", Pem()));

        var error = await Assert.ThrowsAsync<GitHubException.Unauthorized>(() => service.ReadAsync(kit.Ref, "x", default));

        Assert.Contains("private key belong together", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_forms_of_key_are_taken_and_anything_else_is_refused_without_showing_it()
    {
        _ = new GitHubLogin.App("1", Key.ExportRSAPrivateKeyPem());
        _ = new GitHubLogin.App("1", Key.ExportPkcs8PrivateKeyPem());

        foreach (var bad in (string[])["", "ghs_secret", Key.ExportRSAPublicKeyPem(), "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----"])
        {
            var error = Assert.Throws<BadInputException>(() => new GitHubLogin.App("1", bad));
            Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Token_of_a_job_works_and_warns_of_what_it_cannot()
    {
        await using var kit = await GitHubKit.StartAsync();
        var token = kit.Fake.World.AddJobToken(kit.Repository, new Dictionary<string, string> { ["contents"] = "write", ["issues"] = "write", ["pull_requests"] = "write" });
        await using var service = kit.NewService(new GitHubLogin.JobToken(token.Value));

        Assert.Equal(Role.Admin, await service.ReadRoleAsync(kit.Ref, "octo", default));
        Assert.Contains("no CI until a person with write access approves", service.Warning, StringComparison.Ordinal);
        Assert.Null(kit.Service.Warning);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("Bearer abc")]
    public void Token_that_can_be_none_is_refused(string token) => Assert.Throws<BadInputException>(() => new GitHubLogin.PersonalToken(token));

    [Fact]
    public void Secrets_have_no_text()
    {
        GitHubLogin[] logins = [new GitHubLogin.PersonalToken("tok-secret"), new GitHubLogin.JobToken("tok-secret"), new GitHubLogin.App("1", Pem())];

        Assert.All(logins, login => Assert.DoesNotContain("secret", login.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("secret", new GitHubToken("tok-secret", "someone").ToString(), StringComparison.Ordinal);
    }

    private static GitHubService Install(GitHubKit kit)
    {
        var app = kit.Fake.World.AddApp("claude-cluster", Key, Granted, kit.Repository);
        return kit.NewService(new GitHubLogin.App(app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Pem()));
    }

    private static string Pem() => Key.ExportRSAPrivateKeyPem();
}
