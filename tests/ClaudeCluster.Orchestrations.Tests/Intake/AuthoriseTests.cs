using ClaudeCluster.TestKit;

namespace ClaudeCluster.Orchestrations.Tests;

public class AuthoriseTests
{
    private readonly RecordingGitHub _github = new();

    [Theory]
    [InlineData(Role.None, false)]
    [InlineData(Role.Read, false)]
    [InlineData(Role.Triage, false)]
    [InlineData(Role.Write, true)]
    [InlineData(Role.Maintain, true)]
    [InlineData(Role.Admin, true)]
    public async Task The_role_must_be_write_or_stronger(Role role, bool allowed)
    {
        _github.Roles["mona"] = role;
        var answer = await AskAsync(new("mona", 1, IsBot: false));
        Assert.Equal(allowed, answer.Allowed);
        Assert.Contains(role.ToString().ToLowerInvariant(), answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_policy_may_be_content_with_triage()
    {
        _github.Roles["mona"] = Role.Triage;
        Assert.True((await AskAsync(new("mona", 1, IsBot: false), new() { MinimumRole = Role.Triage })).Allowed);
    }

    [Theory]
    [InlineData("renovate[bot]", true, "renovate[bot]", true)]
    [InlineData("Renovate[bot]", true, "renovate", true)]
    [InlineData("renovate[bot]", true, "other", false)]
    [InlineData("sneaky[bot]", false, "other", false)]
    public async Task Bots_may_only_if_the_policy_lists_them(string login, bool isBot, string listed, bool allowed)
    {
        _github.Roles[login] = Role.Admin;
        Assert.Equal(allowed, (await AskAsync(new(login, 1, isBot), new() { AllowedBots = [listed] })).Allowed);
    }

    [Fact]
    public async Task A_public_repository_must_opt_in()
    {
        _github.Roles["mona"] = Role.Admin;
        Assert.False((await AskAsync(new("mona", 1, false), isPublic: true)).Allowed);
        Assert.True((await AskAsync(new("mona", 1, false), new() { AllowPublic = true }, isPublic: true)).Allowed);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_no_yes_and_is_asked_again()
    {
        _github.Roles["mona"] = Role.Admin;
        _github.FailNext(nameof(IRoles.ReadRoleAsync), FailurePoint.AfterEffect);
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(new("mona", 1, false)));
        Assert.True((await AskAsync(new("mona", 1, false))).Allowed);
    }

    private Task<Authorisation> AskAsync(Requester requester, RepositoryPolicy? policy = null, bool isPublic = false) =>
        new Authorise(_github).RunAsync(null!, new(Sample.Shop with { IsPublic = isPublic }, requester, policy ?? RepositoryPolicy.Default));
}
