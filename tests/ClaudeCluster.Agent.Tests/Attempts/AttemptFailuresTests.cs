namespace ClaudeCluster.Agent.Tests;

public sealed class AttemptFailuresTests
{
    [Fact]
    public void A_full_disk_is_the_host_s_whoever_noticed_it()
    {
        Exception[] full = [new IOException("No space left on device : '/x'", 28), new GitException("git add", 128, "fatal: write error: No space left on device")];

        Assert.All(full, failure => Assert.Equal("The disk is full.", Assert.IsType<AttemptOutcome.HostNotReady>(AttemptFailures.Explain(failure, false)).Detail));
    }

    [Theory]
    [InlineData("fatal: could not read Username for 'https://github.com': terminal prompts disabled")]
    [InlineData("ssh: Could not resolve hostname github.com; fatal: Could not resolve host: github.com")]
    [InlineData("fatal: '/x' does not appear to be a git repository")]
    public void A_repository_that_cannot_be_reached_is_the_host_s(string errors) =>
        Assert.IsType<AttemptOutcome.HostNotReady>(AttemptFailures.Explain(new GitException("git fetch", 128, errors), false));

    [Fact]
    public void A_right_that_is_missing_is_the_host_s() =>
        Assert.IsType<AttemptOutcome.HostNotReady>(AttemptFailures.Explain(new UnauthorizedAccessException("Access to '/x' is denied."), false));

    [Fact]
    public void A_cancellation_hands_back_only_when_the_agent_is_being_stopped()
    {
        Assert.IsType<AttemptOutcome.HandedBack>(AttemptFailures.Explain(new OperationCanceledException(), true));
        Assert.Null(AttemptFailures.Explain(new OperationCanceledException(), false));
        Assert.Null(AttemptFailures.Explain(new InvalidOperationException(), true));
    }
}
