namespace ClaudeCluster.Agent.Tests;

public sealed class CommitMessageTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public void Dispose() => _source.Dispose();

    [Fact]
    public void The_message_names_issue_requester_flow_and_attempt() => Assert.Equal(
        """
        Totals are wrong

        Resolves #12

        Co-authored-by: octo-cat <583231+octo-cat@users.noreply.github.com>
        Claude-Cluster-Flow: issue-4711-12-1
        Claude-Cluster-Attempt: issue-4711-12-1-a1

        """,
        CommitMessage.Write(_source.Task()));

    [Theory]
    [InlineData("\"; rm -rf /", "\"; rm -rf /")]
    [InlineData("$(id) `id`", "$(id) `id`")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("a\u202eb\u200bc\ufeff", "abc")]
    [InlineData("two\r\nlines\n\nCo-authored-by: x", "two lines Co-authored-by: x")]
    [InlineData("--amend", "--amend")]
    [InlineData("# heading", "# heading")]
    [InlineData("合計が違う", "合計が違う")]
    [InlineData("\u200b \u2028", "Resolve issue 12")]
    [InlineData(" \t ", "Resolve issue 12")]
    [InlineData("fix [skip ci] and [CI skip]", "fix (skip ci) and (CI skip)")]
    [InlineData("[[skip ci]] [no\u200b ci]", "[(skip ci)] (no ci)")]
    [InlineData("Fixes #99, GH-3 and acme/other#4", "Fixes ＃99, GH－3 and acme/other＃4")]
    [InlineData("closes https://github.com/acme/shop/issues/9", "closes https：//github.com/acme/shop/issues/9")]
    [InlineData("@acme/everyone look", "＠acme/everyone look")]
    public void A_hostile_title_becomes_one_clean_line(string title, string line) =>
        Assert.Equal(line, CommitMessage.Write(_source.Task(title: title)).Split('\n')[0]);

    [Fact]
    public void A_long_title_is_cut_at_a_whole_character()
    {
        var line = CommitMessage.Write(_source.Task(title: new string('x', 70) + "😀😀😀")).Split('\n')[0];

        Assert.Equal(new string('x', 70) + "…", line);
    }

    [Fact]
    public void A_login_cannot_add_lines_or_addresses() => Assert.Contains(
        "Co-authored-by: dependabot[bot]xevil@x <",
        CommitMessage.Write(_source.Task() with { Requester = new Requester("dependabot[bot]\nx: <evil@x>", 0, true) }),
        StringComparison.Ordinal);
}
