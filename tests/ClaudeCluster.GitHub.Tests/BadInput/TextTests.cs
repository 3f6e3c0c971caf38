namespace ClaudeCluster.GitHub.Tests;

/// <summary>Texts as long as GitHub takes them, and of characters that nobody sees.</summary>
public sealed class TextTests
{
    private const int LongestTitle = 256;
    private const int LongestText = 65_536;

    // More than the guidance of one flow has room for.
    private const int Comments = 5;
    private const string ZeroWidth = "\u200b\u200d\ufeff\u2060";

    [Theory]
    [InlineData("x")]
    [InlineData("<")]
    [InlineData("\u3042")]
    [InlineData("\U0001F600")]
    public async Task The_longest_title_text_and_comments_go_all_the_way(string character)
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var body = Repeat(character, LongestText);
        var issue = await kit.LabelAsync(Repeat(character, LongestTitle), body);
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);
        Assert.Equal(body, kit.Agent.Tasks[0].Issue.Body);

        await kit.People.EditIssueAsync(kit.Repository, issue, issue.Title, Repeat(character, LongestText - 1), FlowKit.Maintainer);
        await kit.UntilSaysAsync(issue, "The issue's text was edited");
        for (var number = 1; number <= Comments; number++)
        {
            // The next is said when this one was heard: deliveries have no order.
            await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, $"/claude {number} {Repeat(character, LongestText - 20)}");
            await kit.UntilAsync(() => FlowKit.AnswersOn(issue).Length == number);
        }

        kit.Agent.Release();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 2);
        await kit.UntilStatusAsync(issue, "claude:review");
        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry");
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 3);
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.StartsWith($"{Comments} ", kit.Agent.Tasks[1].Guidance[^1], StringComparison.Ordinal);
        Assert.InRange(Assert.Single(kit.Repository.PullRequests).Title.Length, 1, LongestTitle);
        Assert.All(issue.Comments.Where(comment => comment.Author.Login == FlowKit.Robot), comment => Assert.InRange(comment.Body.Length, 1, LongestText));
        Assert.Equal(Comments + 1, FlowKit.AnswersOn(issue).Length);
    }

    [Fact]
    public async Task Text_that_nobody_sees_is_shown_to_nobody_and_a_title_of_nothing_else_gets_a_name()
    {
        await using var kit = await FlowKit.StartAsync();
        var issue = await kit.LabelAsync(ZeroWidth, $"{ZeroWidth}\U0001F469\u200d\U0001F4BB");
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Equal("Resolve issue 1", Assert.Single(kit.Repository.PullRequests).Title);
        Assert.DoesNotContain(ZeroWidth, kit.CommentOf(issue), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\ufeff/claude status")]
    [InlineData("/claude\u00a0status")]
    [InlineData("/claude\u200b status\u200b")]
    [InlineData("\u200b/claude st\u2060at\u200bus")]
    [InlineData("/claude status\r\n")]
    public async Task A_command_with_marks_that_nobody_sees_is_understood(string command)
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, _) = await kit.ReviewedAsync();

        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, command);
        await kit.UntilAsync(() => FlowKit.AnswersOn(issue).Length == 1);

        Assert.Contains("waits for review", FlowKit.AnswersOn(issue)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_of_a_picture_gets_help()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, _) = await kit.ReviewedAsync();

        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude \U0001F680");
        await kit.UntilAsync(() => FlowKit.AnswersOn(issue).Length == 1);

        Assert.Contains("What can be said here", FlowKit.AnswersOn(issue)[0], StringComparison.Ordinal);
        Assert.Single(kit.Agent.Tasks);
    }

    private static string Repeat(string character, int count) => string.Concat(Enumerable.Repeat(character, count));
}
