namespace ClaudeCluster.Agent.Tests;

public sealed class FixTurnTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public FixTurnTests() => _source.Commit(
        ("total.sh", "echo $((1 - 2))\n"), ("test.sh", "test \"$(sh total.sh)\" = 3 || { echo \"wrong: $(sh total.sh)\"; exit 1; }\n"));

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task The_coder_is_told_of_the_failing_test_in_the_same_session_and_both_turns_are_paid()
    {
        var coder = new TwoTurns(fixes: true);

        var result = await RunAsync(coder, new AttemptLimits { Usd = 5, Turns = 60 });

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal((8, 3m, "session-1", "Mended."), (result.Usage.Turns, result.Usage.Usd, result.ClaudeSession, result.Claimed));
        var second = coder.Jobs[1];
        Assert.True(second.IsFollowUp);
        Assert.Equal(("session-1", 56, 3.5m), (second.ResumeSession, second.Limits.Turns, second.Limits.Usd));
        Assert.Contains("wrong: 0", second.Prompt, StringComparison.Ordinal);
        Assert.Contains("Use the shell.", second.Prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 5, 1)]
    [InlineData(2, 5, 3)]
    [InlineData(2, 1, 1)]
    public async Task It_is_told_only_so_often_and_only_while_there_is_money(int fixTurns, int usd, int runs)
    {
        var coder = new TwoTurns(fixes: false);

        var result = await RunAsync(coder, new AttemptLimits { Usd = usd, FixTurns = fixTurns });

        Assert.IsType<AttemptOutcome.TestsFailed>(result.Outcome);
        Assert.Equal(runs, coder.Jobs.Count);
    }

    private Task<AttemptResult> RunAsync(ICoder coder, AttemptLimits limits) =>
        new AttemptStory(_source.Options, coder, _source.Workspaces, _source.Commands, TimeProvider.System)
            .RunAsync(_source.Task() with { Limits = limits }, new Listener(), TestContext.Current.CancellationToken);

    private sealed class TwoTurns(bool fixes) : ICoder
    {
        public List<CoderJob> Jobs { get; } = [];

        public string Name => "two turns";

        public bool TakesFollowUps => true;

        public Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
        {
            Jobs.Add(job);
            File.WriteAllText(Path.Combine(job.Folder, "total.sh"), fixes && job.IsFollowUp ? "echo $((1 + 2))\n" : "echo $((2 - 2))\n");
            return Task.FromResult(new CoderReport { Session = "session-1", Claimed = job.IsFollowUp ? "Mended." : "Done.", Usage = new Usage { Turns = 4, Usd = 1.5m } });
        }
    }

    private sealed class Listener : IAttemptProgress
    {
        public void Report(string value)
        {
            // Not looked at.
        }

        public void Enter(string phase)
        {
            // Not looked at.
        }

        public void Use(string tool)
        {
            // Not looked at.
        }

        public void Spend(Usage soFar)
        {
            // Not looked at.
        }

        public void Hear(string line)
        {
            // Not looked at.
        }

        public IReadOnlyList<string> TakeGuidance() => ["Use the shell."];
    }
}
