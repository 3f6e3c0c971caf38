namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>How often a flow goes back to work by itself.</summary>
public sealed class FeedbackRulesTests
{
    private static readonly FlowState Open = Sample.Accepted with { StaysOpen = true, Head = Happenings.Commit(1) };
    private static readonly PullRequestFacts Conflict = new(Look: new(Happenings.Commit(1), IsOpen: true, IsMerged: false, Conflicts: true));

    [Fact]
    public void Three_conflicts_that_were_not_resolved_today_ask_a_person()
    {
        var heard = Hear(WithRounds(Goal.ResolveConflict, 3, TimeSpan.FromHours(1)), Moved(), Conflict);

        Assert.Equal(FlowPhase.NeedsHuman, heard.Phase);
        Assert.Contains("3 rounds of work did not mend it", heard.Question, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fourth_conflict_of_a_month_is_resolved_as_the_first_was() =>
        Assert.Equal(FlowPhase.Working, Hear(WithRounds(Goal.ResolveConflict, 3, TimeSpan.FromDays(7)), Moved(), Conflict).Phase);

    [Fact]
    public void A_conflict_does_not_count_what_was_done_about_checks() =>
        Assert.Equal(FlowPhase.Working, Hear(WithRounds(Goal.MendChecks, 3, TimeSpan.FromHours(1)), Moved(), Conflict).Phase);

    [Fact]
    public void Somebody_elses_commit_begins_the_count_anew()
    {
        var flow = WithRounds(Goal.ResolveConflict, 3, TimeSpan.FromHours(1));
        var theirs = Conflict with { Look = Conflict.Look! with { Head = Happenings.Commit(4711) } };

        flow = Hear(flow, new FlowNews.HeadMoved(Happenings.Commit(4711)) { Key = "head", By = Happenings.Ada }, theirs);

        Assert.Equal(FlowPhase.Working, Hear(flow, Moved(), theirs).Phase);
    }

    private static FlowNews.BaseMoved Moved() => new() { Key = "base", By = Happenings.Ada };

    private static FlowState WithRounds(Goal goal, int count, TimeSpan apart)
    {
        FeedbackRound[] rounds = [.. Enumerable.Range(1, count).Reverse().Select(ago => new FeedbackRound(goal, "it failed", Sample.Noon - (ago * apart)))];
        return Open with { Rounds = rounds[..^1], Round = rounds[^1] };
    }

    private static FlowState Hear(FlowState flow, FlowNews news, PullRequestFacts facts) => FeedbackRules.Hear(flow, news, facts, Sample.Noon).Flow;
}
