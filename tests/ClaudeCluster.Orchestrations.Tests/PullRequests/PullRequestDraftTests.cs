namespace ClaudeCluster.Orchestrations.Tests;

public class PullRequestDraftTests
{
    [Fact]
    public void The_text_of_an_accepted_change_is_approved() => Approve(Sample.Accepted, "pull-request.md");

    [Fact]
    public void A_scripted_change_says_so() => Approve(With(result => result with { Coder = "scripted (no model)", Usage = new() }), "pull-request-scripted.md");

    [Fact]
    public void Hostile_text_does_nothing() => Approve(
        With(result => result with
        {
            Claimed = Sample.Hostile,
            Coder = Sample.Hostile,
            Agent = new(Sample.Hostile),
            Verified = [new(Sample.Hostile, 0, TimeSpan.FromSeconds(1), Sample.Hostile, Sample.Hostile)],
            Diff = new([new(Sample.Hostile, 1, 1)]) { Warnings = [Sample.Hostile] },
        }) with
        { Issue = Sample.Queued.Issue with { Title = Sample.Hostile } },
        "pull-request-hostile.md");

    [Fact]
    public void Nothing_is_called_tested_that_was_not_run()
    {
        var body = PullRequestDraft.Write(With(result => result with { Verified = [] })).Body;
        Assert.Contains("**Nothing was run.**", body, StringComparison.Ordinal);
        Assert.DoesNotContain("passed", body, StringComparison.Ordinal);
        var named = PullRequestDraft.Write(With(result => result with { Verified = [] }) with { Policy = new() { Tests = [new("make check")] } }).Body;
        Assert.Contains("although the policy names 1 test command,", named, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_failed_or_did_not_end_is_not_called_passed()
    {
        var body = PullRequestDraft.Write(With(result => result with { Verified = [new("a", 1, default, "", "policy"), new("b", null, default, "", "policy")] })).Body;
        Assert.Contains("| `a` | **failed** (exit code 1) |", body, StringComparison.Ordinal);
        Assert.Contains("| `b` | **did not end in time** |", body, StringComparison.Ordinal);
        Assert.DoesNotContain("passed", body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_command_said_of_its_tests_stands_beside_its_result()
    {
        var body = PullRequestDraft.Write(With(result => result with { Verified = [new("a", 0, default, "", "policy") { Counts = new(0, 0, 2) }, new("b", 1, default, "", "policy") { Counts = new(5, 1, 0) }] })).Body;
        Assert.Contains("| `a` | passed (exit code 0: 0 passed, 2 skipped) |", body, StringComparison.Ordinal);
        Assert.Contains("| `b` | **failed** (exit code 1: 5 passed, 1 failed) |", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Resolve issue 12")]
    [InlineData("\u202E\u200B \n", "Resolve issue 12")]
    [InlineData("@/etc/passwd", "＠/etc/passwd")]
    [InlineData("/claude cancel", "∕claude cancel")]
    [InlineData("\"; rm -rf / $(id)", "\"; rm -rf / $(id)")]
    [InlineData("Fixes #99 and GH-3", "Fixes ＃99 and GH－3")]
    [InlineData("[[skip ci]] [No\u200b CI] x", "[(skip ci)] (No CI) x")]
    [InlineData("a\nb\t c", "a b c")]
    [InlineData("\u001b]0;owned\u0007ok \u001b[1mx", "ok x")]
    [InlineData("mail me@example.com about C# 12", "mail me@example.com about C# 12")]
    public void The_title_is_one_harmless_line(string title, string expected) =>
        Assert.Equal(expected, PullRequestDraft.Write(Sample.Accepted with { Issue = Sample.Queued.Issue with { Title = title } }).Title);

    [Fact]
    public void However_much_there_is_the_text_fits()
    {
        var huge = string.Concat(Enumerable.Repeat("`|<&😀", 20_000));
        var text = PullRequestDraft.Write(With(result => result with
        {
            Claimed = huge,
            Coder = huge,
            Verified = [.. Enumerable.Repeat(new Verification(huge, 0, TimeSpan.FromDays(9), huge, huge), 200)],
            Diff = new([.. Enumerable.Repeat(new FileChange(huge, 1, 1), 5000)]) { Warnings = [.. Enumerable.Repeat(huge, 500)] },
        }) with
        {
            Issue = Sample.Queued.Issue with { Title = huge },
            Routing = new(new(huge), Priority.High, [.. Enumerable.Repeat(huge, 100)]),
        });
        Assert.True(text.Title.Length <= PullRequestDraft.LongestTitle);
        Assert.InRange(text.Body.Length, 1, PullRequestDraft.LongestBody);
        Assert.Contains("Asked for by", text.Body, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', text.Title);
    }

    [Fact]
    public void Branches_and_draft_come_from_flow_and_policy()
    {
        var text = PullRequestDraft.Write(Sample.Accepted with { Generation = 2, Repository = Sample.Shop with { DefaultBranch = "trunk" }, Policy = new() { DraftPullRequests = true } });
        Assert.Equal(("claude/issue-12-2", "trunk", true), (text.Head, text.Base, text.IsDraft));
    }

    [Fact]
    public void Without_accepted_work_there_is_no_text() => Assert.Throws<InvalidOperationException>(() => PullRequestDraft.Write(Sample.Working));

    private static FlowState With(Func<AttemptResult, AttemptResult> change) =>
        Sample.Accepted with { Attempts = [Sample.Accepted.Attempts[0], Sample.Accepted.Attempts[1] with { Result = change(Sample.Succeeded) }] };

    private static void Approve(FlowState state, string name)
    {
        var text = PullRequestDraft.Write(state);
        Golden.Matches($"{text.Title}\n{text.Head} → {text.Base}\n\n{text.Body}", name);
    }
}
