namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>What commands mean to a flow that waits for people: paused, asking, or not yet approved.</summary>
public sealed class CommandRulesTests
{
    private static readonly FlowState Asking = Sample.Accepted with { Phase = FlowPhase.NeedsHuman, StaysOpen = true, Question = "The attempt reached its budget of $5. May it cost more?", Attempts = [Ended(new AttemptOutcome.BudgetExhausted(5))] };
    private static readonly FlowState Breaking = Asking with { Question = "The change breaks the repository's rules: too many files", Attempts = [Ended(new AttemptOutcome.PolicyRejected(["too many files"]))] };

    [Fact]
    public void A_question_is_asked_again_when_the_pause_is_over()
    {
        var paused = Hear(Asking, new SteeringCommand.Pause());
        Assert.Contains("paused it", paused.Question, StringComparison.Ordinal);

        var resumed = Hear(paused, new SteeringCommand.Resume());

        Assert.Equal((FlowPhase.NeedsHuman, Asking.Question, null), (resumed.Phase, resumed.Question, resumed.PausedIn));
        Assert.Null(resumed.PausedQuestion);
    }

    [Fact]
    public void A_flow_that_was_paused_in_review_goes_back_to_review()
    {
        var resumed = Hear(Hear(Sample.Accepted, new SteeringCommand.Pause()), new SteeringCommand.Resume());

        Assert.Equal((FlowPhase.Review, null), (resumed.Phase, resumed.Question));
    }

    [Fact]
    public void What_is_approved_while_it_is_paused_ends_the_pause()
    {
        var approved = Hear(Hear(Breaking, new SteeringCommand.Pause()), new SteeringCommand.Approve());

        Assert.Equal((FlowPhase.Working, null, null, null), (approved.Phase, approved.PausedIn, approved.PausedQuestion, approved.Question));
        Assert.NotNull(approved.Accepted);
    }

    [Fact]
    public void What_stands_in_a_pull_request_already_is_not_approved_again_because_somebody_paused_it()
    {
        var waived = Breaking with { Phase = FlowPhase.Review, Question = null, RulesWaivedBy = "mona" };

        var heard = Hear(Hear(waived, new SteeringCommand.Pause()), new SteeringCommand.Approve());

        Assert.Equal((FlowPhase.NeedsHuman, FlowPhase.Review, "mona"), (heard.Phase, heard.PausedIn, heard.RulesWaivedBy));
    }

    [Fact]
    public void A_budget_that_is_raised_while_it_is_paused_answers_the_question_and_leaves_the_pause()
    {
        var paused = Hear(Hear(Asking, new SteeringCommand.Pause()), new SteeringCommand.Budget(12));
        Assert.Equal((FlowPhase.NeedsHuman, FlowPhase.Working), (paused.Phase, paused.PausedIn));

        var resumed = Hear(paused, new SteeringCommand.Resume());

        Assert.Equal((FlowPhase.Working, null, 12m), (resumed.Phase, resumed.Question, resumed.Policy.Limits.Usd));
    }

    [Fact]
    public void Another_try_before_the_approval_takes_the_new_text_and_asks_for_it()
    {
        var waiting = (Sample.Working with { Attempts = [], StaysOpen = true }).AskForApproval();

        var asked = Hear(waiting, new SteeringCommand.Retry(new Specialty("frontend")), waiting.Issue with { Body = "Rather delete everything." });

        Assert.Equal((FlowPhase.NeedsHuman, true), (asked.Phase, asked.AwaitsApproval));
        Assert.Equal(("Rather delete everything.", "frontend"), (asked.Issue.Body, asked.Routing!.Specialty!.Value.Value));
        Assert.Contains("digest", asked.Question, StringComparison.Ordinal);
        Assert.NotEqual(waiting.Question, asked.Question);
        Assert.Equal(FlowPhase.Working, Hear(asked, new SteeringCommand.Approve()).Phase);
    }

    private static AttemptRecord Ended(AttemptOutcome outcome) => new(1, "claude/wip/12-1-a1", Sample.Noon, new AttemptResult { Agent = new("pc-1"), Outcome = outcome, Commit = Happenings.Commit(1) });

    private static FlowState Hear(FlowState flow, SteeringCommand command, IssueSnapshot? issue = null) =>
        CommandRules.Hear(flow, new FlowNews.Commanded(command, At: null, issue) { Key = "k", By = Happenings.Ada }, Sample.Noon).Flow;
}
