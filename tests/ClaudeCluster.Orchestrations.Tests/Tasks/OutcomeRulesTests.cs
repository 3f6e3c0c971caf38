using System.Reflection;

namespace ClaudeCluster.Orchestrations.Tests;

public class OutcomeRulesTests
{
    private static readonly AttemptLimits Limits = new();
    private static readonly AttemptTally First = new(Counted: 1, Lost: 1, Waits: 1);
    private static readonly AttemptTally Last = new(Counted: 3, Lost: 5, Waits: 20);

    [Fact]
    public void Succeeded_is_accepted() => Assert.IsType<NextStep.Accept>(Next(new AttemptOutcome.Succeeded()));

    [Fact]
    public void NoChanges_asks_a_person() => Asks(new AttemptOutcome.NoChanges(), "nothing to change");

    [Fact]
    public void TestsFailed_tries_here_again_and_then_asks()
    {
        var outcome = new AttemptOutcome.TestsFailed("make test", "1 failed");
        Assert.IsType<NextStep.TryHere>(Next(outcome));
        AsksAtLast(outcome, "make test");
    }

    [Fact]
    public void PolicyRejected_asks_a_person() => Asks(new AttemptOutcome.PolicyRejected(["too large", "protected"]), "too large; protected");

    [Fact]
    public void UsageLimited_waits_until_the_reset() =>
        Assert.Equal(Sample.Noon.AddHours(2), Assert.IsType<NextStep.WaitUntil>(Next(new AttemptOutcome.UsageLimited(Sample.Noon.AddHours(2), null))).Until);

    [Fact]
    public void RateLimited_waits_as_long_as_it_was_told()
    {
        Assert.Equal(Sample.Noon.AddMinutes(7), Assert.IsType<NextStep.WaitUntil>(Next(new AttemptOutcome.RateLimited(TimeSpan.FromMinutes(7)))).Until);
        AsksAtLast(new AttemptOutcome.RateLimited(null), "20 times");
    }

    [Fact]
    public void ModelUnavailable_waits_longer_each_time_but_not_for_ever()
    {
        var waits = Enumerable.Range(1, 12)
            .Select(count => Assert.IsType<NextStep.WaitUntil>(Next(new AttemptOutcome.ModelUnavailable("x"), First with { Waits = count })).Until - Sample.Noon)
            .ToList();
        Assert.Equal(TimeSpan.FromSeconds(30), waits[0]);
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(TimeSpan.FromMinutes(30), waits[^1]);
    }

    [Fact]
    public void BudgetExhausted_asks_a_person() => Asks(new AttemptOutcome.BudgetExhausted(5m), "$5");

    [Fact]
    public void TurnsExhausted_tries_here_again_and_then_asks()
    {
        Assert.IsType<NextStep.TryHere>(Next(new AttemptOutcome.TurnsExhausted(60)));
        AsksAtLast(new AttemptOutcome.TurnsExhausted(60), "60");
    }

    [Fact]
    public void TimedOut_tries_elsewhere_and_then_asks()
    {
        Assert.IsType<NextStep.TryElsewhere>(Next(new AttemptOutcome.TimedOut(TimeSpan.FromHours(1))));
        AsksAtLast(new AttemptOutcome.TimedOut(TimeSpan.FromHours(1)), "ran out of time");
    }

    [Fact]
    public void Stalled_tries_elsewhere_and_then_asks()
    {
        Assert.IsType<NextStep.TryElsewhere>(Next(new AttemptOutcome.Stalled(TimeSpan.FromMinutes(10))));
        AsksAtLast(new AttemptOutcome.Stalled(TimeSpan.FromMinutes(10)), "stopped answering");
    }

    [Fact]
    public void NotAuthenticated_asks_a_person() => Asks(new AttemptOutcome.NotAuthenticated("log in"), "log in");

    [Fact]
    public void AccountBlocked_asks_a_person() => Asks(new AttemptOutcome.AccountBlocked("disabled"), "disabled");

    [Fact]
    public void HostNotReady_asks_a_person_and_says_the_fix() => Asks(new AttemptOutcome.HostNotReady("Disk full.", "Free some space."), "Disk full. Free some space.");

    [Fact]
    public void Refused_asks_a_person() => Asks(new AttemptOutcome.Refused("policy"), "policy");

    [Fact]
    public void TooLarge_asks_a_person_to_split_it() => Asks(new AttemptOutcome.TooLarge("2 MB"), "split");

    [Fact]
    public void HandedBack_tries_elsewhere_however_often() => Assert.IsType<NextStep.TryElsewhere>(Next(new AttemptOutcome.HandedBack(), Last));

    [Fact]
    public void Withdrawn_tries_elsewhere_however_often() => Assert.IsType<NextStep.TryElsewhere>(Next(new AttemptOutcome.Withdrawn(), Last));

    [Fact]
    public void Cancelled_ends() => Assert.Contains("mona", Assert.IsType<NextStep.End>(Next(new AttemptOutcome.Cancelled("mona"))).Why, StringComparison.Ordinal);

    [Fact]
    public void AgentLost_tries_elsewhere_until_five_were_lost_in_a_row()
    {
        Assert.IsType<NextStep.TryElsewhere>(Next(new AttemptOutcome.AgentLost(null), First with { Lost = 4 }));
        AsksAtLast(new AttemptOutcome.AgentLost(null), "5 agents in a row");
    }

    [Fact]
    public void Failed_tries_elsewhere_and_then_asks()
    {
        Assert.IsType<NextStep.TryElsewhere>(Next(new AttemptOutcome.Failed("git said no")));
        AsksAtLast(new AttemptOutcome.Failed("git said no"), "git said no");
    }

    [Fact]
    public void Every_outcome_has_a_rule_and_a_test_named_after_it()
    {
        var tests = typeof(OutcomeRulesTests).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name).ToList();
        foreach (var outcome in Outcomes.All)
        {
            Assert.Contains(tests, test => test.StartsWith(outcome.GetType().Name + "_", StringComparison.Ordinal));
            Assert.False(Next(outcome) is NextStep.AskHuman { Question: var question } && question.Contains("no rule", StringComparison.Ordinal));
        }

        Assert.Equal(Outcomes.Types.Count, tests.Count - 2);
    }

    [Fact]
    public void Waits_lost_agents_and_what_was_stopped_are_not_counted()
    {
        string[] free = ["UsageLimited", "RateLimited", "ModelUnavailable", "HandedBack", "Withdrawn", "Cancelled", "AgentLost"];
        Assert.Equal(free, Outcomes.All.Where(outcome => !OutcomeRules.Counts(outcome)).Select(outcome => outcome.GetType().Name));
        Assert.Equal(free[..3], Outcomes.All.Where(OutcomeRules.IsWait).Select(outcome => outcome.GetType().Name));
    }

    private static NextStep Next(AttemptOutcome outcome, AttemptTally? tally = null) => OutcomeRules.Decide(outcome, tally ?? First, Limits, Sample.Noon);

    private static void Asks(AttemptOutcome outcome, string part) =>
        Assert.Contains(part, Assert.IsType<NextStep.AskHuman>(Next(outcome)).Question, StringComparison.Ordinal);

    private static void AsksAtLast(AttemptOutcome outcome, string part) =>
        Assert.Contains(part, Assert.IsType<NextStep.AskHuman>(Next(outcome, Last)).Question, StringComparison.Ordinal);
}
