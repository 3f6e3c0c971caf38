using System.Text;

namespace ClaudeCluster.GitHub.Tests.Feedback;

/// <summary>Logs as programs really print them, and worse.</summary>
public sealed class JobLogTests
{
    private const int Longest = 16 * 1024;

    [Fact]
    public async Task Of_50_MB_the_end_is_kept_and_little_memory_is_used()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        var line = Encoding.UTF8.GetBytes($"2026-11-28T16:40:54.1234567Z {new string('x', 70)}\n");
        var log = new byte[50 * 1024 * 1024];
        for (var start = 0; start < log.Length; start += line.Length)
            line.AsSpan(0, Math.Min(line.Length, log.Length - start)).CopyTo(log.AsSpan(start));
        "\n##[error]The end\n"u8.CopyTo(log.AsSpan(log.Length - 18));

        var read = await pull.LogOfAsync(log);

        Assert.EndsWith("##[error]The end", read, StringComparison.Ordinal);
        Assert.InRange(read.Length, Longest / 2, Longest);
        Assert.DoesNotContain("2026-", read, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one line that does not end")]
    [InlineData("\0\0\0")]
    [InlineData("")]
    public async Task Line_of_megabytes_is_cut_and_not_held(string end)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        var read = await pull.LogOfAsync([.. Enumerable.Repeat((byte)'x', 3_000_000), .. Encoding.UTF8.GetBytes(end)]);

        Assert.InRange(read.Length, 1, Longest);
        Assert.EndsWith(end.Trim('\0'), read, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_titles_and_bytes_that_are_no_text_do_not_stand_in_it()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        byte[] log = [.. "\uFEFF2026-11-28T16:40:54.1234567Z \x1b[31;1mred\x1b[0m \x1b]0;title\u0007and \x1b]8;;http://x\x1b\\link\u001b(B\r\n"u8, 0xC3, 0x28, 0xFF, .. "caf\u00e9\r\n"u8];

        Assert.Equal("red and link\n\uFFFD(\uFFFDcaf\u00e9", await pull.LogOfAsync(log));
    }

    [Fact]
    public async Task Failing_step_is_told_without_the_steps_before_and_after()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        var log = string.Concat(
            Step("npm ci", "added 300 packages"),
            Step("npm test", "not ok 3", "##[error]one", "more", "##[error]Process completed with exit code 1."),
            "2026-11-28T16:41:00.0000000Z Post job cleanup.\n",
            Step("always", "this runs whatever happened"));

        Assert.Equal("##[group]Run npm test\nnot ok 3\n##[error]one\nmore\n##[error]Process completed with exit code 1.", await pull.LogOfAsync(Encoding.UTF8.GetBytes(log)));
    }

    [Fact]
    public async Task Log_without_a_mark_is_told_from_its_last_step_on()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        Assert.Equal("##[group]Run npm test\nhm", await pull.LogOfAsync(Encoding.UTF8.GetBytes(Step("npm ci", "added") + Step("npm test", "hm"))));
    }

    [Fact]
    public async Task Mark_in_the_middle_of_a_line_is_a_programs_own_words()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        var log = Step("npm test", "it prints ##[error] in the middle of its very own long line, far from the line's beginning: ##[error]", "the end");

        Assert.EndsWith("the end", await pull.LogOfAsync(Encoding.UTF8.GetBytes(log)), StringComparison.Ordinal);
    }

    private static string Step(string command, params string[] lines) =>
        string.Concat(lines.Prepend($"##[group]Run {command}").Select(line => $"2026-11-28T16:40:54.1234567Z {line}\n"));
}
