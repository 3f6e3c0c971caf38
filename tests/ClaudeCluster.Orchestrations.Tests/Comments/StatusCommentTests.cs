namespace ClaudeCluster.Orchestrations.Tests;

public class StatusCommentTests
{
    public static TheoryData<string> States => [.. ByName.Keys];

    private static Dictionary<string, FlowState> ByName { get; } = new(StringComparer.Ordinal)
    {
        ["queued"] = Sample.Queued,
        ["excluded"] = Sample.Queued with { Phase = FlowPhase.Failed, Routing = new(null, Priority.Normal, ["the label 'claude:skip' keeps the cluster away"]), EndReason = "A label keeps the cluster away." },
        ["bad-policy"] = Sample.Queued with { Phase = FlowPhase.NeedsHuman, Question = "The policy file has problems:\n.github/claude-cluster.yml:1: 'lables' means nothing here. Did you mean 'labels'?\n.github/claude-cluster.yml:4: 'words' holds an empty text. Write something, or delete it." },
        ["working"] = Sample.Working,
        ["waiting"] = Sample.Working with { Phase = FlowPhase.Waiting, WaitsFor = "the account's usage limit is reached", WaitsUntil = Sample.Noon.AddHours(3) },
        ["needs-human"] = Sample.Working with { Attempts = [Sample.Working.Attempts[0]], Phase = FlowPhase.NeedsHuman, Question = "The tests still fail: pytest -q All 3 attempts are used." },
        ["review"] = Sample.Accepted,
        ["back-to-work"] = Sample.Accepted with
        {
            StaysOpen = true,
            Phase = FlowPhase.Working,
            Rounds = [new(Goal.MendChecks, "the checks failed: CI / test", Sample.Noon.AddHours(1))],
            Round = new(Goal.AnswerReview, "'mona' asked for changes", Sample.Noon.AddHours(2)),
            WaitsFor = "no agent with 'backend' is connected; pc-2 was last seen 2026-11-24 12:00 UTC",
        },
        ["asks-for-money"] = Sample.Working with
        {
            StaysOpen = true,
            Phase = FlowPhase.NeedsHuman,
            Question = "The attempt reached its budget of $5. May it cost more?",
            Attempts = [new(1, "claude/wip/12-1-a1", Sample.Noon, Sample.Succeeded with { Outcome = new AttemptOutcome.BudgetExhausted(5), Commit = null })],
            NewerIssue = Sample.Queued.Issue with { UpdatedAt = Sample.Noon.AddHours(1) },
        },
        ["asks-for-approval"] = (Sample.Queued with { StaysOpen = true, Routing = Sample.Working.Routing }).AskForApproval(),
        ["done"] = Sample.Accepted with { Phase = FlowPhase.Done },
        ["hostile"] = Sample.Working with
        {
            Phase = FlowPhase.NeedsHuman,
            Question = Sample.Hostile,
            WaitsFor = Sample.Hostile,
            EndReason = Sample.Hostile,
            Requester = new(Sample.Hostile, 1, false),
            Routing = new(new("backend"), Priority.Low, [Sample.Hostile]),
            Attempts = [new(1, "claude/wip/12-1-a1", Sample.Noon, Sample.Succeeded with { Agent = new(Sample.Hostile), Outcome = new AttemptOutcome.TestsFailed(Sample.Hostile, Sample.Hostile) })],
            PullRequest = new(101, "javascript:alert(1)", "x"),
        },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void The_comment_of_each_state_is_approved(string state) => Golden.Matches(StatusComment.Write(ByName[state]), $"comment-{state}.md");

    [Theory]
    [MemberData(nameof(States))]
    public void The_marker_is_the_first_line_and_stands_once(string state)
    {
        var comment = StatusComment.Write(ByName[state]);
        Assert.StartsWith("<!-- claude-cluster:issue-186853002-12-1 -->\n", comment, StringComparison.Ordinal);
        Assert.Equal(0, comment.LastIndexOf("<!--", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FlowPhase.Queued, "claude:working")]
    [InlineData(FlowPhase.Working, "claude:working")]
    [InlineData(FlowPhase.Waiting, "claude:waiting")]
    [InlineData(FlowPhase.NeedsHuman, "claude:waiting")]
    [InlineData(FlowPhase.Review, "claude:review")]
    [InlineData(FlowPhase.Done, "claude:done")]
    [InlineData(FlowPhase.Failed, "claude:failed")]
    public void There_is_exactly_one_status_label(FlowPhase phase, string label)
    {
        var change = StatusComment.Labels(Sample.Queued with { Phase = phase });
        Assert.Equal([label], change.Add);
        Assert.Equal(4, change.Remove.Count);
        Assert.DoesNotContain(label, change.Remove);
    }

    [Fact]
    public void Hundreds_of_attempts_stay_readable()
    {
        var attempts = Enumerable.Range(1, 500).Select(number => Sample.Working.Attempts[0] with { Number = number }).ToList();
        var comment = StatusComment.Write(Sample.Working with { Attempts = attempts });
        Assert.Contains("480 earlier attempts", comment, StringComparison.Ordinal);
        Assert.Contains("100.00 USD", comment, StringComparison.Ordinal);
        Assert.True(comment.Length < 10_000);
    }

    [Fact]
    public void Work_that_was_withheld_is_not_offered_for_approval()
    {
        Assert.Contains("/claude approve", Asks(Happenings.Commit(1)), StringComparison.Ordinal);
        Assert.DoesNotContain("/claude approve", Asks(null), StringComparison.Ordinal);

        static string Asks(CommitId? commit) => StatusComment.Write(Sample.Working with
        {
            StaysOpen = true,
            Phase = FlowPhase.NeedsHuman,
            Question = "The change breaks the repository's rules.",
            Attempts = [new(1, "claude/wip/12-1-a1", Sample.Noon, Sample.Succeeded with { Outcome = new AttemptOutcome.PolicyRejected(["a secret"]), Commit = commit })],
        });
    }

    [Fact]
    public void Every_outcome_has_its_words()
    {
        foreach (var outcome in Outcomes.All)
            Assert.NotEqual(outcome.GetType().Name, Wording.Outcome(outcome));
    }
}
