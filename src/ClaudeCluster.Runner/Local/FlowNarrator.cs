using System.Globalization;

namespace ClaudeCluster.Runner;

/// <summary>PURE. What happened in a flow between two looks at it, in lines for people.</summary>
internal static class FlowNarrator
{
    public static IEnumerable<string> Tell(FlowState? before, FlowState after) =>
        Routing(before, after)
            .Concat(Attempts(before, after))
            .Concat(Changed(before?.WaitsFor, after.WaitsFor, why => $"Waiting until {after.WaitsUntil:u}: {why}."))
            .Concat(Changed(before?.Comment?.Value, after.Comment?.Value, _ => $"Commented on issue #{after.Issue.Number}."))
            .Concat(Changed(before?.PullRequest?.Url, after.PullRequest?.Url, url => $"Opened pull request #{after.PullRequest!.Number}: {url}"))
            .Concat(Changed(before?.Question, after.Question, question => $"A person is needed: {question}"))
            .Concat(Changed(before?.EndReason, after.EndReason, reason => $"Ended: {reason}"));

    private static IEnumerable<string> Routing(FlowState? before, FlowState after)
    {
        if (before?.Routing is not null || after.Routing is not { } routing)
            yield break;
        yield return routing.Specialty is { } specialty
            ? $"Routed to {specialty}: {string.Join(" ", routing.Reasons)}"
            : $"Routed to nobody: {string.Join(" ", routing.Reasons)}";
    }

    private static IEnumerable<string> Attempts(FlowState? before, FlowState after)
    {
        foreach (var attempt in after.Attempts)
        {
            var known = before?.Attempts.FirstOrDefault(earlier => earlier.Number == attempt.Number);
            if (known is null)
                yield return $"Attempt {attempt.Number} asked for an agent; its branch is {attempt.Branch}.";
            if (known?.Result is null && attempt.Result is { } result)
                yield return $"Attempt {attempt.Number} by {result.Agent}{(result.Coder.Length > 0 ? $" with {result.Coder}" : "")}: {Result(result)}";
        }
    }

    private static string Result(AttemptResult result)
    {
        var commit = result.Commit is { } id ? $", commit {id.Short}" : string.Empty;
        var tests = result.Verified.Select(Tests);
        return string.Join("; ", [$"{OutcomeText.Word(result.Outcome)}{commit}", .. tests]) + ".";
    }

    private static string Tests(Verification verified) => string.Create(
        CultureInfo.InvariantCulture,
        $"`{verified.Command}` {(verified.Passed ? "passed" : verified.ExitCode is { } code ? $"failed with {code}" : "did not end")} in {Wording.Took(verified.Duration)}{(verified.Counts is { } counts ? $" ({counts})" : "")}");

    private static IEnumerable<string> Changed(string? before, string? after, Func<string, string> tell) =>
        after is not null && after != before ? [tell(after)] : [];
}
