namespace ClaudeCluster.Agent.Tests;

public sealed class CoderScriptTests
{
    private static CoderScript Read(string text) => CoderScript.Read(text, "play.yml");

    [Fact]
    public void Each_kind_of_step_is_read()
    {
        var steps = Read("""
            steps:
              - say: hello
              - edit: a.sh
                replace: a - b
                with: a + b
              - edit: a.sh
                replace: gone
              - write: n.txt
                text: |
                  one
                  two
              - delete: old.txt
              - run: sh test.sh
                allow-failure: true
              - wait: 500ms
              - end: usageLimited
                resets-in: 2s
            """).PlayOf(1);

        Assert.Equal(
            [
                new CoderStep.Say("play.yml:2", "hello"),
                new CoderStep.Edit("play.yml:3", "a.sh", "a - b", "a + b"),
                new CoderStep.Edit("play.yml:6", "a.sh", "gone", ""),
                new CoderStep.Write("play.yml:8", "n.txt", "one\ntwo\n"),
                new CoderStep.Delete("play.yml:12", "old.txt"),
                new CoderStep.Run("play.yml:13", "sh test.sh", AllowFailure: true),
                new CoderStep.Wait("play.yml:15", TimeSpan.FromMilliseconds(500)),
                new CoderStep.End("play.yml:16", "usageLimited", "the script says so", TimeSpan.FromSeconds(2)),
            ],
            steps);
    }

    [Fact]
    public void Each_attempt_has_its_play_and_the_last_one_goes_on()
    {
        var script = Read("attempts:\n  - steps:\n      - say: first\n  - steps:\n      - say: second\n");

        Assert.Equal(["first", "second", "second"], Enumerable.Range(1, 3).Select(attempt => Assert.IsType<CoderStep.Say>(script.PlayOf(attempt)[0]).Text));
    }

    [Fact]
    public void All_problems_are_told_at_once_with_their_lines()
    {
        var bad = Assert.Throws<BadInputException>(() => Read("""
            steps:
              - say: hello
                run: both
              - edit: a.sh
              - jump: high
              - wait: soon
              - end: victory
            """));

        Assert.Equal(
            ["play.yml:2", "play.yml:4", "play.yml:5", "play.yml:6", "play.yml:7"],
            bad.Problems.Select(problem => problem.Place).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("steps: []\nattempts: []\n")]
    public void A_script_has_either_steps_or_attempts(string text) => Assert.Throws<BadInputException>(() => Read(text));

    [Fact]
    public void Every_outcome_word_is_its_outcome_s_own()
    {
        foreach (var word in ScriptedOutcome.Words.Except(["succeeded"]))
        {
            var outcome = ScriptedOutcome.Of(new CoderStep.End("x", word, "d", TimeSpan.Zero), new AttemptLimits(), DateTimeOffset.UnixEpoch);
            Assert.Equal(word, outcome!.GetType().Name, ignoreCase: true);
        }
    }
}
