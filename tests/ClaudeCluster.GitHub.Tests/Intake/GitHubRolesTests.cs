namespace ClaudeCluster.GitHub.Tests.Intake;

public sealed class GitHubRolesTests
{
    [Theory]
    [InlineData("admin", Role.Admin)]
    [InlineData("maintain", Role.Maintain)]
    [InlineData("write", Role.Write)]
    [InlineData("triage", Role.Triage)]
    [InlineData("read", Role.Read)]
    [InlineData("none", Role.None)]
    public async Task Role_is_the_one_that_role_name_says(string name, Role expected)
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Roles["ann"] = name;
        kit.Fake.World.User("ann");

        Assert.Equal(expected, await kit.Service.ReadRoleAsync(kit.Ref, "ann", default));
    }

    [Fact]
    public async Task Custom_role_counts_as_the_one_it_is_built_on()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.World.User("ann");
        kit.Repository.Roles["ann"] = "release-captain";
        kit.Repository.CustomRoles["release-captain"] = "write";

        Assert.Equal(Role.Write, await kit.Service.ReadRoleAsync(kit.Ref, "ann", default));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("../../user")]
    [InlineData("")]
    public async Task Stranger_has_none(string login)
    {
        await using var kit = await GitHubKit.StartAsync();

        Assert.Equal(Role.None, await kit.Service.ReadRoleAsync(kit.Ref, login, default));
    }

    [Fact]
    public async Task Question_that_cannot_be_asked_is_no_answer()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.Faults.Plan("*", FakeGitHub.Fault.ServerError, times: 9);

        await Assert.ThrowsAsync<GitHubException.Unavailable>(() => kit.Service.ReadRoleAsync(kit.Ref, "ann", default));
    }

    [Fact]
    public async Task Same_answer_asked_for_again_is_not_counted_by_GitHub()
    {
        await using var kit = await GitHubKit.StartAsync();

        await kit.Service.ReadRoleAsync(kit.Ref, "octo", default);
        Assert.Equal(Role.Admin, await kit.Service.ReadRoleAsync(kit.Ref, "octo", default));

        Assert.Equal([true, false], kit.Fake.Requests.All.Select(request => request.IsCounted));
        Assert.Equal(304, kit.Fake.Requests.All[1].Status);
    }
}
