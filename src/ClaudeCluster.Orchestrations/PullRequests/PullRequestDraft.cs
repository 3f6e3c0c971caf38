using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. The pull request's text. What the agent ran itself and what the coder says stand strictly apart, and nothing is called
/// tested that was not run.
/// </summary>
public static class PullRequestDraft
{
    /// <summary>Characters.</summary>
    public const int LongestTitle = 256;

    /// <summary>Characters; GitHub takes no more.</summary>
    public const int LongestBody = 65_536;

    private const int MostCommands = 25;
    private const int MostFiles = 40;
    private const int MostWarnings = 20;
    private const int LongestClaim = 4000;

    /// <exception cref="InvalidOperationException">No attempt was accepted: there is nothing to ask a merge for.</exception>
    public static PullRequestText Write(FlowState state)
    {
        var result = state.Accepted ?? throw new InvalidOperationException($"The flow {state.FlowId} has no accepted attempt.");
        return new(
            WorkTitle.Of(state.Issue, LongestTitle),
            Body(state, result),
            Head: new BranchName(state.Issue.Number, state.Generation, Attempt: null).ToString(),
            Base: state.Repository.DefaultBranch,
            state.Policy.DraftPullRequests);
    }

    private static string Body(FlowState state, AttemptResult result)
    {
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"Resolves #{state.Issue.Number}\n");
        if (IsScripted(result))
            body.Append("\n> **Scripted: no model wrote this change.** It was played from a script, for a demonstration or a test.\n");
        WriteVerified(body, result, state.Policy.Tests.Count);
        WriteWaiver(body, state, result);
        WriteChange(body, result.Diff);
        WriteClaimed(body, result.Claimed);
        WriteOrigin(body, state, result);
        return body.Length <= LongestBody ? body.ToString() : body.ToString(0, LongestBody);
    }

    private static void WriteVerified(StringBuilder body, AttemptResult result, int wanted)
    {
        body.Append("\n## Verified\n");
        if (result.Verified.Count == 0)
        {
            body.Append(wanted == 0
                ? "**Nothing was run.** The policy names no test command and none was detected, so this change is untested.\n"
                : $"**Nothing was run,** although the policy names {Wording.Count(wanted, "test command")}, so this change is untested.\n");
            return;
        }

        body.Append(CultureInfo.InvariantCulture, $"Run by the agent, not by the coder, on a clean checkout{(result.Commit is { } commit ? $" of {SafeMarkdown.Code(commit.Short)}" : "")}:\n");
        body.Append("\n| Command | Result | Time | Where the command comes from |\n|---|---|---|---|\n");
        foreach (var run in result.Verified.Take(MostCommands))
            body.Append(CultureInfo.InvariantCulture, $"| {SafeMarkdown.CodeCell(run.Command)} | {Result(run)} | {Wording.Took(run.Duration)} | {SafeMarkdown.Inline(run.Source, 100)} |\n");
        if (result.Verified.Count > MostCommands)
            body.Append(CultureInfo.InvariantCulture, $"| … | {result.Verified.Count - MostCommands} more | | |\n");
    }

    private static string Result(Verification run) => run.ExitCode switch
    {
        0 => $"passed (exit code 0{Counts(run)})",
        { } code => string.Create(CultureInfo.InvariantCulture, $"**failed** (exit code {code}{Counts(run)})"),
        null => "**did not end in time**",
    };

    private static string Counts(Verification run) => run.Counts is { } counts ? $": {counts}" : "";

    private static void WriteWaiver(StringBuilder body, FlowState state, AttemptResult result)
    {
        if (state.RulesWaivedBy is not { } person || result.Outcome is not AttemptOutcome.PolicyRejected rejected)
            return;
        body.Append(CultureInfo.InvariantCulture, $"\n**{SafeMarkdown.Code(person)} let this through although it breaks the repository's rules:**\n");
        foreach (var reason in rejected.Reasons.Take(MostWarnings))
            body.Append(CultureInfo.InvariantCulture, $"- {SafeMarkdown.Inline(reason)}\n");
    }

    private static void WriteChange(StringBuilder body, DiffSummary? diff)
    {
        if (diff is null)
            return;
        body.Append(CultureInfo.InvariantCulture, $"\n## Changed\n{Wording.Count(diff.Files.Count, "file")}, {Wording.Count(diff.Files.Sum(file => file.Added ?? 0), "line")} added, {diff.Files.Sum(file => file.Removed ?? 0)} removed:\n\n");
        foreach (var file in diff.Files.Take(MostFiles))
            body.Append(CultureInfo.InvariantCulture, $"- {SafeMarkdown.Code(file.Path)} {(file.Added is null ? "binary" : $"+{file.Added} −{file.Removed}")}\n");
        if (diff.Files.Count > MostFiles)
            body.Append(CultureInfo.InvariantCulture, $"- … and {diff.Files.Count - MostFiles} more\n");
        if (diff.Warnings.Count > 0)
            body.Append("\n**Please look twice:**\n");
        foreach (var warning in diff.Warnings.Take(MostWarnings))
            body.Append(CultureInfo.InvariantCulture, $"- {SafeMarkdown.Inline(warning)}\n");
        if (diff.Warnings.Count > MostWarnings)
            body.Append(CultureInfo.InvariantCulture, $"- … and {diff.Warnings.Count - MostWarnings} more\n");
    }

    private static void WriteClaimed(StringBuilder body, string? claimed)
    {
        if (string.IsNullOrWhiteSpace(claimed))
            return;
        body.Append("\n## Claimed\nThe coder's own words. Nobody checked them.\n\n");
        body.Append(SafeMarkdown.Block(claimed, LongestClaim, keepEnd: false)).Append('\n');
    }

    private static void WriteOrigin(StringBuilder body, FlowState state, AttemptResult result)
    {
        var attempt = state.Attempts[^1];
        body.Append("\n## How it was made\n");
        body.Append(CultureInfo.InvariantCulture, $"- Attempt {attempt.Number} by the agent {SafeMarkdown.Code(result.Agent.Value)}");
        body.Append(CultureInfo.InvariantCulture, $", with {(result.Coder.Length > 0 ? SafeMarkdown.Inline(result.Coder, 100) : "a coder that gave no name")}\n");
        if (result.Commit is { } commit)
            body.Append(CultureInfo.InvariantCulture, $"- Commit {SafeMarkdown.Code(commit.Value)}\n");
        body.Append(CultureInfo.InvariantCulture, $"- This attempt: {Wording.Money(result.Usage.Usd)}, {Wording.Count(result.Usage.Turns, "turn")}, {Wording.Took(result.Usage.Duration)}\n");
        if (state.Attempts.Count > 1)
            body.Append(CultureInfo.InvariantCulture, $"- All {state.Attempts.Count} attempts: {Wording.Money(state.Attempts.Sum(each => each.Result?.Usage.Usd ?? 0))}\n");
        body.Append(CultureInfo.InvariantCulture, $"- Asked for by {SafeMarkdown.Code(state.Requester.Login)}\n");
        foreach (var reason in state.Routing?.Reasons.Take(MostWarnings) ?? [])
            body.Append(CultureInfo.InvariantCulture, $"- Routed to {SafeMarkdown.Inline(state.Routing?.Specialty?.Value ?? "nobody")}: {SafeMarkdown.Inline(reason)}\n");
    }

    private static bool IsScripted(AttemptResult result) => result.Coder.StartsWith("scripted", StringComparison.OrdinalIgnoreCase);
}
