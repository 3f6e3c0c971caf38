namespace ClaudeCluster.Orchestrations.Tests;

public sealed class CommandReaderTests
{
    public static TheoryData<string, SteeringCommand> Commands => new()
    {
        { "/claude status", new SteeringCommand.Status() },
        { "  /CLAUDE Explain  ", new SteeringCommand.Explain() },
        { "/claude run", new SteeringCommand.Run() },
        { "/claude retry", new SteeringCommand.Retry(null) },
        { "/claude retry on Frontend", new SteeringCommand.Retry(new Specialty("frontend")) },
        { "/claude cancel", new SteeringCommand.Cancel() },
        { "/claude pause", new SteeringCommand.Pause() },
        { "/claude resume", new SteeringCommand.Resume() },
        { "/claude approve", new SteeringCommand.Approve() },
        { "/claude reject it is a duplicate", new SteeringCommand.Reject("it is a duplicate") },
        { "/claude budget 5", new SteeringCommand.Budget(5m) },
        { "/claude budget $7.50", new SteeringCommand.Budget(7.5m) },
        { "/claude use a dictionary\nthere 🙂", new SteeringCommand.Guidance("use a dictionary\nthere 🙂") },
        { "/claude run the linter too", new SteeringCommand.Guidance("run the linter too") },
        { "/claude", new SteeringCommand.Help(null) },
        { "/claude help", new SteeringCommand.Help(null) },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_comment_that_begins_with_the_word_is_a_command(string comment, SteeringCommand command) => Assert.Equal(command, CommandReader.Read(comment));

    [Theory]
    [InlineData("")]
    [InlineData("Could /claude status help?")]
    [InlineData("/claudette status")]
    [InlineData("> /claude cancel")]
    [InlineData("<!-- /claude cancel -->")]
    public void Any_other_comment_is_none(string comment) => Assert.Null(CommandReader.Read(comment));

    [Theory]
    [InlineData("/claude stauts", "Did you mean 'status'?")]
    [InlineData("/claude cancel it now", "takes no such words")]
    [InlineData("/claude retry on", "takes no such words")]
    [InlineData("/claude retry on two words", "takes no such words")]
    [InlineData("/claude budget", "needs US dollars")]
    [InlineData("/claude budget -3", "needs US dollars")]
    [InlineData("/claude budget 1e9", "needs US dollars")]
    [InlineData("/claude budget 99999", "needs US dollars")]
    [InlineData("/claude @octocat", "no command")]
    public void What_cannot_be_understood_is_answered_with_the_problem(string comment, string part) =>
        Assert.Contains(part, Assert.IsType<SteeringCommand.Help>(CommandReader.Read(comment)).Problem, StringComparison.Ordinal);

    [Fact]
    public void Text_of_any_length_is_kept_in_bounds()
    {
        var read = Assert.IsType<SteeringCommand.Guidance>(CommandReader.Read("/claude say " + string.Concat(Enumerable.Repeat("😀", 100_000))));
        Assert.InRange(read.Text.Length, 1, 16_000);
        Assert.False(char.IsHighSurrogate(read.Text[^1]));
    }
}
