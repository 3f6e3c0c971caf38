namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. How the CLI ended → the attempt's outcome; null: it ended well. Every row was provoked with CLI 2.1.330 and has a test of its name.
/// </summary>
/// <remarks>
/// The order is the point, for each sign alone lies. <c>subtype: success</c> stands on every API failure, and exit code 0 on an
/// interrupted run, so a run is good only if its last result is a success without error, and the code is 0. The
/// text is asked last and never alone: an issue can make the model say anything.
/// <code>
/// how it ended → no result → good → error_* → terminal reason → usage limit → the CLI's error word → HTTP status → unknown
/// </code>
/// </remarks>
internal static class ClaudeFailures
{
    private const int MostDetail = 500;

    // The longest window of a subscription is a week; a later time is a broken clock.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(8);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);

    public static AttemptOutcome? Classify(ClaudeEnding ending, AttemptLimits limits, DateTimeOffset now) => ending.End switch
    {
        ChildEnd.NotStarted => new AttemptOutcome.HostNotReady(Detail(ending.Error, "Claude Code could not be started."), ClaudeMessages.HowToInstall),
        ChildEnd.TimedOut => new AttemptOutcome.TimedOut(limits.WallTime),
        ChildEnd.Silent => new AttemptOutcome.Stalled(limits.Silence),
        ChildEnd.OverLimit => new AttemptOutcome.Failed($"Claude Code was stopped. {ending.Error}"),
        // Who wanted it, and why, only the caller knows; as it stands, the task is given back.
        ChildEnd.Cancelled => new AttemptOutcome.HandedBack(),
        _ => ending.Result is { } result ? WithResult(ending, result, limits, now) : WithoutResult(ending),
    };

    private static AttemptOutcome WithoutResult(ClaudeEnding ending) => ending switch
    {
        { ExitCode: 0 or > 128 } => new AttemptOutcome.Failed(FormattableString.Invariant(
            $"Claude Code was interrupted (exit code {ending.ExitCode}{(ending.ExitCode == 137 ? ", killed: out of memory?" : "")}) and left no result.")),
        _ when Says(ending.Error, "unknown option") => new AttemptOutcome.HostNotReady(Detail(ending.Error), ClaudeMessages.HowToUpdate),
        _ when Says(ending.Error, "native binary not installed") => new AttemptOutcome.HostNotReady(Detail(ending.Error), ClaudeMessages.HowToInstall),
        _ when Says(ending.Error, "sandbox required but unavailable") => NoSandbox(ending.Error),
        _ => new AttemptOutcome.Failed(FormattableString.Invariant($"Claude Code ended with exit code {ending.ExitCode} and no result. {Detail(ending.Error, "It said nothing.")}")),
    };

    private static AttemptOutcome? WithResult(ClaudeEnding ending, ClaudeEvent.Result result, AttemptLimits limits, DateTimeOffset now) => result switch
    {
        { IsError: false, Subtype: "success" } => ending.ExitCode == 0
            ? null
            : new AttemptOutcome.Failed(FormattableString.Invariant($"Claude Code ended with exit code {ending.ExitCode} after its result.")),
        { Subtype: "error_max_turns" } => new AttemptOutcome.TurnsExhausted(limits.Turns),
        { Subtype: "error_max_budget_usd" } => new AttemptOutcome.BudgetExhausted(limits.Usd),
        { Subtype: not "success" } => Says(ending.Error, "sandbox required but unavailable") || Says(result.Text, "sandbox required but unavailable")
            ? NoSandbox(ending.Error.Length > 0 ? ending.Error : result.Text)
            : new AttemptOutcome.Failed($"Claude Code ended with {result.Subtype} ({result.TerminalReason}). {Detail(result.Text)}"),
        { TerminalReason: "prompt_too_long" or "image_error" } => new AttemptOutcome.TooLarge(Detail(result.Text)),
        _ => ApiFailure(ending, result, now),
    };

    private static AttemptOutcome ApiFailure(ClaudeEnding ending, ClaudeEvent.Result result, DateTimeOffset now)
    {
        var detail = Detail(result.Text, ending.ApiFailed?.Text ?? string.Empty);
        var status = result.ApiErrorStatus ?? ending.ApiFailed?.Status;
        var error = ending.ApiFailed?.Error ?? string.Empty;
        if (ending.Rejected is { ResetsAt: { } resetsAt } && (status == 429 || error == "rate_limit"))
            return new AttemptOutcome.UsageLimited(Within(resetsAt, now), null);
        return error switch
        {
            "authentication_failed" => new AttemptOutcome.NotAuthenticated(detail),
            "oauth_org_not_allowed" or "billing_error" => new AttemptOutcome.AccountBlocked(detail),
            "rate_limit" => new AttemptOutcome.RateLimited(null),
            "server_error" => new AttemptOutcome.ModelUnavailable(detail),
            "model_not_found" => new AttemptOutcome.HostNotReady(detail, ClaudeMessages.HowToChooseModel),
            "max_output_tokens" => new AttemptOutcome.Failed(detail),
            "invalid_request" when result.StopReason == "refusal" => new AttemptOutcome.Refused(detail),
            "invalid_request" when Says(result.Text, "disabled organization") => new AttemptOutcome.AccountBlocked(detail),
            _ => ByStatus(status, result.Text, detail),
        };
    }

    private static AttemptOutcome ByStatus(int? status, string text, string detail) => status switch
    {
        401 or 403 => new AttemptOutcome.NotAuthenticated(detail),
        402 => new AttemptOutcome.AccountBlocked(detail),
        400 when Says(text, "API usage limits") => new AttemptOutcome.AccountBlocked(detail),
        413 => new AttemptOutcome.TooLarge(detail),
        429 => new AttemptOutcome.RateLimited(null),
        >= 500 => new AttemptOutcome.ModelUnavailable(detail),
        _ => new AttemptOutcome.Failed(detail),
    };

    private static AttemptOutcome.HostNotReady NoSandbox(string error) => new(Detail(error), ClaudeMessages.HowToSandbox);

    private static DateTimeOffset Within(DateTimeOffset time, DateTimeOffset now) =>
        time < now + ShortestWait ? now + ShortestWait : time > now + LongestWait ? now + LongestWait : time;

    private static bool Says(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>For people: one piece of plain text of a sensible length.</summary>
    private static string Detail(string text, string otherwise = "It said nothing.")
    {
        var plain = HiddenText.Remove(text).Trim();
        if (plain.Length == 0)
            plain = otherwise;
        return plain.Length <= MostDetail ? plain : string.Concat(plain.AsSpan(0, MostDetail), "…");
    }
}
