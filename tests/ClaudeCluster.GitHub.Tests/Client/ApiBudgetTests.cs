namespace ClaudeCluster.GitHub.Tests.Client;

public sealed class ApiBudgetTests
{
    private static readonly GitHubRequest Comment = new(HttpMethod.Post, new("https://api.github.com/repos/octo/shop/issues/1/comments")) { CreatesContent = true };

    [Fact]
    public void Eighty_first_piece_of_content_in_a_minute_waits_until_the_minute_is_over()
    {
        var (clock, start) = (new ManualClock(), default(DateTimeOffset));
        var budget = new ApiBudget(clock);
        start = clock.GetUtcNow();
        for (var index = 0; index < ApiBudget.MostContentInAMinute; index++)
            budget.Take("someone", Comment);

        var error = Assert.Throws<GitHubException.SecondaryLimit>(() => budget.Take("someone", Comment));

        Assert.InRange(error.RetryAt!.Value - start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(65));
        budget.Take("someone else", Comment);
        budget.Take("someone", Comment with { CreatesContent = false });
        clock.Advance(TimeSpan.FromSeconds(66));
        budget.Take("someone", Comment);
    }

    [Fact]
    public async Task Requests_beyond_those_at_once_wait_their_turn_and_all_are_answered()
    {
        await using var kit = await GitHubKit.StartAsync();

        var roles = await Task.WhenAll(Enumerable.Range(0, 3 * ApiBudget.MostAtOnce).Select(_ => kit.Service.ReadRoleAsync(kit.Ref, "octo", default)));

        Assert.All(roles, role => Assert.Equal(Role.Admin, role));
        Assert.Equal(ApiBudget.MostAtOnce, kit.Service.Budget.AtOnce.CurrentCount);
    }

    [Fact]
    public void Five_hundred_and_first_in_an_hour_waits_until_the_first_is_an_hour_old()
    {
        var clock = new ManualClock();
        var budget = new ApiBudget(clock);
        var start = clock.GetUtcNow();
        for (var index = 0; index < ApiBudget.MostContentInAnHour; index++)
        {
            budget.Take("someone", Comment);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        var error = Assert.Throws<GitHubException.SecondaryLimit>(() => budget.Take("someone", Comment));

        Assert.InRange(error.RetryAt!.Value - start, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(61));
        Assert.Equal(ApiBudget.MostContentInAnHour, budget.Requests);
    }
}
