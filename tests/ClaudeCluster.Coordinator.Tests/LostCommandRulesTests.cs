using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>Which of the comments that were found are commands, to which flow, and whether they still mean what they meant.</summary>
public sealed class LostCommandRulesTests
{
    private static readonly RepositoryRef Shop = new(7, "octo/shop", "main", IsPublic: false);
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly OpenFlow _flow = new(
        new FlowState
        {
            FlowId = "issue-7-1-1",
            Repository = Shop,
            Issue = new IssueSnapshot { Number = 1, Title = "It breaks", Author = "ada", UpdatedAt = Start },
            Requester = new Requester("octo", 1, IsBot: false),
            PullRequest = new PullRequest(2, "https://example.invalid/pull", "claude/issue-1"),
            Head = new CommitId("9d4f2a61c0b35e7780f1d2c3b4a5968778695a4b"),
        },
        Start + TimeSpan.FromMilliseconds(700),
        Start + TimeSpan.FromMinutes(1));

    [Theory]
    [InlineData(1, "/claude retry", 0, true)]
    [InlineData(2, "  /CLAUDE use fewer words", 5, true)]
    [InlineData(1, "Please /claude retry", 5, false)]
    [InlineData(1, "/claudette retry", 5, false)]
    [InlineData(1, "", 5, false)]
    [InlineData(3, "/claude retry", 5, false)]
    [InlineData(1, "/claude retry", -1, false)]
    public void What_is_a_command_to_the_flow_is_one(int number, string text, int second, bool isOne) =>
        Assert.Equal(isOne, Of(Said(number, text, second)) is [{ Flow: not null }]);

    [Theory]
    [InlineData(3, "/claude run", true)]
    [InlineData(3, "/claude retry", true)]
    [InlineData(3, "/claude cancel", false)]
    [InlineData(3, "/claude use fewer words", false)]
    [InlineData(1, "/claude run", false)]
    [InlineData(2, "/claude run", false)]
    public void Work_is_asked_for_where_no_flow_is_open(int number, string text, bool isAsked) =>
        Assert.Equal(isAsked, Of(Said(number, text, -1)) is [{ Flow: null, Doubt: null }]);

    [Fact]
    public void What_asks_for_work_needs_a_text_to_work_on()
    {
        var asked = Assert.Single(Of(Said(3, "/claude run", 5)));

        Assert.True(asked.NeedsText);
        Assert.Null(asked.AsEvent(Shop, seen: null));
    }

    [Fact]
    public void A_remark_at_a_line_is_told_as_one_of_the_flow_s_own_pull_request()
    {
        var atLine = Said(2, "/claude retry", 5) with { Line = new LineOfComment("a.cs", InReplyTo: null) };

        var told = Assert.IsType<RepositoryEvent.ReviewCommented>(Assert.Single(Of(atLine)).AsEvent(Shop, seen: null));

        Assert.Null(EventRules.WhyOfNoUse(told));
        Assert.Equal((1, 1), (FlowAddress.Of(told)!.IssueNumber, FlowAddress.Of(told)!.Generation));
    }

    [Fact]
    public void A_comment_below_the_pull_request_brings_no_issue_s_text()
    {
        var told = Assert.Single(Of(Said(2, "/claude retry", 5))).AsEvent(Shop, seen: null);

        var raised = Assert.IsType<EventDecision.Raise>(EventRules.Decide(told!, RepositoryPolicy.Default, isFlowOpen: true));
        Assert.Null(Assert.IsType<FlowNews.Commanded>(raised.News).Issue);
        Assert.Equal(2, FlowAddress.Of(told!)!.PullRequest);
    }

    [Theory]
    [InlineData("/claude pause", "/claude resume", true)]
    [InlineData("/claude cancel", "/claude retry", true)]
    [InlineData("/claude budget 5", "/claude budget 2", true)]
    [InlineData("/claude budget 5", "/claude retry", false)]
    [InlineData("/claude retry", "/claude status", false)]
    [InlineData("/claude retry", "/claude use fewer words", false)]
    [InlineData("/claude use fewer words", "/claude retry", false)]
    [InlineData("/claude retry", "Thanks!", false)]
    public void Who_said_something_else_since_wants_that(string earlier, string later, bool isOvertaken)
    {
        var (first, second) = (Said(1, earlier, 5), Said(2, later, 6));

        Assert.Equal(isOvertaken, Of(second, first)[0].Doubt is not null);
        Assert.Null(Of(second with { Sender = new Requester("mallory", 9, IsBot: false) }, first)[0].Doubt);
        Assert.Null(Of(second, first)[^1].Doubt);
    }

    [Theory]
    [InlineData("/claude approve", 59, true)]
    [InlineData("/claude reject no", 59, true)]
    [InlineData("/claude approve", 60, false)]
    [InlineData("/claude retry", 59, false)]
    public void A_yes_or_a_no_is_to_what_was_asked_then(string text, int second, bool isDoubted) =>
        Assert.Equal(isDoubted, Assert.Single(Of(Said(1, text, second))).Doubt is not null);

    private IReadOnlyList<LostCommand> Of(params FoundComment[] said) => LostCommands.Of([_flow], said);

    private static FoundComment Said(int number, string text, int second)
    {
        var at = Start + TimeSpan.FromSeconds(second);
        return new($"key-{second}", number, new Requester("octo", 1, IsBot: false), new WrittenComment(new CommentId($"{second + 10}"), text, "octo", at, at), Line: null);
    }
}
