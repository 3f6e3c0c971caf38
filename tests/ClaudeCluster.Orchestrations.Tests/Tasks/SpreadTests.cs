namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>Who waits for the same account does not begin in the same second.</summary>
public sealed class SpreadTests
{
    private static readonly AttemptLimits Limits = new();
    private static readonly AttemptTally First = new(Counted: 1, Lost: 1, Waits: 1);

    [Fact]
    public async Task Tasks_that_wait_for_one_account_begin_at_different_times_within_two_minutes()
    {
        var resets = Sample.Noon.AddHours(2);

        var begins = new List<DateTimeOffset>();
        foreach (var id in Enumerable.Range(1, 50).SelectMany(number => Enumerable.Repeat($"issue-1-{number}-1-a1", 2)))
            begins.Add(Assert.IsType<NextStep.WaitUntil>(await new DecideNextStep().RunAsync(null!, new(new AttemptOutcome.UsageLimited(resets, null), First, Limits, Sample.Noon) { AttemptId = id })).Until);

        Assert.All(begins, at => Assert.InRange(at - resets, TimeSpan.Zero, TimeSpan.FromMinutes(2)));
        Assert.InRange(begins.Distinct().Count(), 40, 50);
    }

    [Fact]
    public void A_wait_is_not_spread_beyond_twice_its_length() =>
        Assert.Equal(Sample.Noon.AddSeconds(20), Assert.IsType<NextStep.WaitUntil>(OutcomeRules.Decide(new AttemptOutcome.UsageLimited(Sample.Noon.AddSeconds(10), null), First, Limits, Sample.Noon, place: 1)).Until);
}
