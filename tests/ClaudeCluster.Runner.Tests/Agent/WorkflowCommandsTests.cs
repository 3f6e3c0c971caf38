using ClaudeCluster.GitHub;

namespace ClaudeCluster.Runner.Tests;

public sealed class WorkflowCommandsTests
{
    [Fact]
    public void A_text_cannot_end_its_command_or_begin_another() =>
        Assert.Equal("::error title=a%3Ab%2Cc%25::one%0A::add-mask::x%0D", WorkflowCommands.Error("a:b,c%", "one\n::add-mask::x\r"));

    [Fact]
    public void Each_line_of_a_secret_is_masked() => Assert.Equal(["::add-mask::one", "::add-mask::two"], WorkflowCommands.Mask("one\r\ntwo\n"));

    [Fact]
    public void Outside_of_a_job_there_is_none() => Assert.Null(ActionsJob.Of(_ => null));
}
