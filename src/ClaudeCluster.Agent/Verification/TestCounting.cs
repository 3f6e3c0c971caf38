using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>PURE. How many tests a command says that it has run, in the words of the tools that <see cref="TestCommands"/> detects. For people: only the exit code decides.</summary>
internal static partial class TestCounting
{
    /// <returns>Null: it says nothing that is known.</returns>
    public static TestCounts? Of(string output)
    {
        try
        {
            // One tool speaks in one way; what it says several times, for each project, adds up.
            var tools = new[] { DotNet(), DotNetSummary(), Cargo(), Maven(), Jest(), Pytest() };
            return tools.Select(tool => Sum(tool.Matches(output))).FirstOrDefault(counts => counts is not null) ?? Go(output);
        }
        catch (RegexMatchTimeoutException)
        {
            // Written to take long: whoever does that has no counts.
            return null;
        }
    }

    private static TestCounts? Sum(MatchCollection summaries) => summaries.Count == 0 ? null : new TestCounts(
        summaries.Sum(summary => Number(summary, "passed") + Total(summary)),
        summaries.Sum(summary => Number(summary, "failed") + Number(summary, "errors")),
        summaries.Sum(summary => Number(summary, "skipped")));

    /// <summary>Some tools tell all instead of what has passed.</summary>
    private static int Total(Match summary) => summary.Groups["all"].Success
        ? Math.Max(0, Number(summary, "all") - Number(summary, "failed") - Number(summary, "errors") - Number(summary, "skipped"))
        : 0;

    private static int Number(Match summary, string name) => summary.Groups[name].Captures
        .Sum(digits => int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 10_000_000 ? number : 0);

    /// <summary>Only with -v does it name tests.</summary>
    private static TestCounts? Go(string output)
    {
        var ends = GoTest().Matches(output).Select(test => test.Groups["end"].Value).CountBy(end => end, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return ends.Count == 0 ? null : new TestCounts(ends.GetValueOrDefault("PASS"), ends.GetValueOrDefault("FAIL"), ends.GetValueOrDefault("SKIP"));
    }

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    // Passed!  - Failed:     0, Passed:     5, Skipped:     1, Total:     6
    [GeneratedRegex(@"^ *(Passed|Failed|Skipped)! +- Failed: +(?<failed>[0-9]{1,9}), Passed: +(?<passed>[0-9]{1,9}), Skipped: +(?<skipped>[0-9]{1,9}), Total:", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DotNet();

    // Test summary: total: 6, failed: 0, succeeded: 5, skipped: 1, duration: 1.0s — or the same in lines of their own.
    [GeneratedRegex(@"^ *Test summary:?[ \r\n]+total: (?<total>[0-9]{1,9})[,;\s]+failed: (?<failed>[0-9]{1,9})[,;\s]+succeeded: (?<passed>[0-9]{1,9})[,;\s]+skipped: (?<skipped>[0-9]{1,9})", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DotNetSummary();

    // test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out
    [GeneratedRegex(@"^test result: \w+\. (?<passed>[0-9]{1,9}) passed; (?<failed>[0-9]{1,9}) failed; (?<skipped>[0-9]{1,9}) ignored;", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Cargo();

    // [INFO] Tests run: 6, Failures: 0, Errors: 0, Skipped: 1 — a line with more is one class, which the others count already.
    [GeneratedRegex(@"^(\[\w+\] +)?Tests run: (?<all>[0-9]{1,9}), Failures: (?<failed>[0-9]{1,9}), Errors: (?<errors>[0-9]{1,9}), Skipped: (?<skipped>[0-9]{1,9})\s*$", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Maven();

    // Tests:       1 failed, 1 skipped, 5 passed, 7 total — and vitest's: Tests  1 failed | 5 passed | 1 skipped (7)
    [GeneratedRegex(@"^ *Tests:? +((?<failed>[0-9]{1,9}) failed|(?<passed>[0-9]{1,9}) passed|(?<skipped>[0-9]{1,9}) (skipped|todo))(( \| |, )((?<failed>[0-9]{1,9}) failed|(?<passed>[0-9]{1,9}) passed|(?<skipped>[0-9]{1,9}) (skipped|todo)))*(, [0-9]+ total| \([0-9]+\))", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Jest();

    // ===== 1 failed, 5 passed, 1 skipped, 2 warnings in 0.12s =====
    [GeneratedRegex(@"^(=+ )?((?<failed>[0-9]{1,9}) failed|(?<passed>[0-9]{1,9}) passed|(?<skipped>[0-9]{1,9}) (skipped|deselected|xfailed)|(?<errors>[0-9]{1,9}) errors?|[0-9]{1,9} (warnings?|xpassed))(, ((?<failed>[0-9]{1,9}) failed|(?<passed>[0-9]{1,9}) passed|(?<skipped>[0-9]{1,9}) (skipped|deselected|xfailed)|(?<errors>[0-9]{1,9}) errors?|[0-9]{1,9} (warnings?|xpassed)))* in [0-9.]+s", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pytest();

    [GeneratedRegex(@"^ *--- (?<end>PASS|FAIL|SKIP): ", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GoTest();
}
