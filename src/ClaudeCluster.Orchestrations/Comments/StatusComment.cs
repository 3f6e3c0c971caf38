using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. The one comment of a flow, and its one status label: where it stands, why, and what it cost.</summary>
public static class StatusComment
{
    private const int MostRows = 20;
    private const int MostReasons = 12;
    private const int LongestTail = 3000;

    /// <summary>Markdown whose first line is the flow's <see cref="CommentMarker"/>.</summary>
    public static string Write(FlowState state)
    {
        var comment = new StringBuilder();
        comment.Append(new CommentMarker(state.FlowId)).Append('\n');
        comment.Append(Headline(state)).Append('\n');
        WriteWhatIsNeeded(comment, state);
        WriteRouting(comment, state.Routing);
        WriteAttempts(comment, state.Attempts);
        WriteFeedback(comment, state);
        WriteFailingTests(comment, state);
        WriteOrigin(comment, state);
        return comment.ToString();
    }

    /// <summary>Exactly one status label; the others go.</summary>
    public static LabelChange Labels(FlowState state)
    {
        var labels = state.Policy.Labels;
        var wanted = labels.Status(state.Phase);
        return new([wanted], [.. labels.AllStatus.Where(label => label != wanted)]);
    }

    private static string Headline(FlowState state) => "**" + state.Phase switch
    {
        FlowPhase.Queued => "Accepted.** It is about to be routed.",
        FlowPhase.Working when state.Attempts is [.., { Result: null } attempt] =>
            string.Create(CultureInfo.InvariantCulture, $"Working.** Attempt {attempt.Number} is under way."),
        FlowPhase.Working => "Working.**",
        FlowPhase.Waiting => "Waiting.** It goes on by itself.",
        FlowPhase.NeedsHuman => "Waiting for a person.**",
        FlowPhase.Review => "Ready for review.**",
        FlowPhase.Done => "Done.**",
        FlowPhase.Failed when state.PullRequest is not null => "Ended without a merge.**",
        _ => "Ended without a pull request.**",
    };

    private static void WriteWhatIsNeeded(StringBuilder comment, FlowState state)
    {
        if (state.PullRequest is { } pullRequest)
            comment.Append(CultureInfo.InvariantCulture, $"\nPull request: {SafeMarkdown.Link($"#{pullRequest.Number}", pullRequest.Url)}\n");
        if (state.WaitsFor is { } waitsFor)
            comment.Append(CultureInfo.InvariantCulture, $"\nWaits for: {SafeMarkdown.Inline(waitsFor)}{(state.WaitsUntil is { } until ? $", until {Wording.Time(until)}" : "")}.\n");
        if (state.Question is { } question)
            comment.Append(CultureInfo.InvariantCulture, $"\n**What a person must decide:**{SafeMarkdown.Paragraph(question, LongestTail)}\n");
        if (state is { Phase: FlowPhase.NeedsHuman, StaysOpen: true })
            comment.Append(CultureInfo.InvariantCulture, $"\nSay {Hints(state)}, or `{CommandReader.Prefix}` and what the coder should know.\n");
        if (state.NewerIssue is { } newer)
            comment.Append(CultureInfo.InvariantCulture, $"\nThe issue's text was edited on {Wording.Time(newer.UpdatedAt)}. The work follows the text as it was; `{CommandReader.Prefix} retry` takes the new one.\n");
        if (state.EndReason is { } reason)
            comment.Append(CultureInfo.InvariantCulture, $"\n**Why:**{SafeMarkdown.Paragraph(reason, LongestTail)}\n");
    }

    private static string Hints(FlowState state) => state switch
    {
        { AwaitsApproval: true } => Commands("approve", "reject"),
        { PausedIn: not null } => Commands("resume", "cancel"),
        { Attempts: [.., { Result.Outcome: AttemptOutcome.BudgetExhausted }] } => $"{Commands("budget 10")} to let it cost more",
        { Attempts: [.., { Result: { Outcome: AttemptOutcome.PolicyRejected, Commit: not null } }] } => $"{Commands("approve")} to take the change as it is, {Commands("reject")}",
        _ => Commands("retry", "cancel"),
    };

    private static string Commands(params IEnumerable<string> words) => string.Join(", ", words.Select(word => $"`{CommandReader.Prefix} {word}`"));

    private static void WriteFeedback(StringBuilder comment, FlowState state)
    {
        FeedbackRound[] rounds = [.. state.Rounds.Append(state.Round).OfType<FeedbackRound>()];
        if (rounds.Length == 0)
            return;
        comment.Append("\nBack to work on the pull request, because\n");
        foreach (var round in rounds.TakeLast(MostReasons))
            comment.Append(CultureInfo.InvariantCulture, $"- {Wording.Time(round.At)}: {SafeMarkdown.Inline(round.What)}\n");
    }

    private static void WriteRouting(StringBuilder comment, RoutingDecision? routing)
    {
        if (routing is null)
            return;
        comment.Append(routing.Specialty is { } specialty
            ? $"\nGoes to **{SafeMarkdown.Inline(specialty.Value)}**{(routing.Priority == Priority.Normal ? "" : $" with {Urgency(routing.Priority)} priority")}, because\n"
            : "\nGoes to nobody, because\n");
        foreach (var reason in routing.Reasons.Take(MostReasons))
            comment.Append(CultureInfo.InvariantCulture, $"- {SafeMarkdown.Inline(reason)}\n");
    }

    private static string Urgency(Priority priority) => priority == Priority.High ? "high" : "low";

    private static void WriteAttempts(StringBuilder comment, IReadOnlyList<AttemptRecord> attempts)
    {
        if (attempts.Count == 0)
            return;
        comment.Append("\n| Attempt | Agent | Outcome | Time | Cost |\n|---|---|---|---|---|\n");
        if (attempts.Count > MostRows)
            comment.Append(CultureInfo.InvariantCulture, $"| … | | {Wording.Count(attempts.Count - MostRows, "earlier attempt")} | | |\n");
        foreach (var attempt in attempts.TakeLast(MostRows))
            comment.Append(Row(attempt)).Append('\n');
        comment.Append(CultureInfo.InvariantCulture, $"\nCost so far: {Wording.Money(attempts.Sum(attempt => attempt.Result?.Usage.Usd ?? 0))}\n");
    }

    /// <summary>Who must decide wants to see why.</summary>
    private static void WriteFailingTests(StringBuilder comment, FlowState state)
    {
        if (state is not { Phase: FlowPhase.NeedsHuman or FlowPhase.Failed, Attempts: [.., { Result.Outcome: AttemptOutcome.TestsFailed tests }] })
            return;
        comment.Append(CultureInfo.InvariantCulture, $"\n<details><summary>The end of what the tests printed</summary>\n\n{SafeMarkdown.Block(tests.Tail, LongestTail, keepEnd: true)}\n\n</details>\n");
    }

    private static void WriteOrigin(StringBuilder comment, FlowState state)
    {
        comment.Append(CultureInfo.InvariantCulture, $"\n<sub>Flow {SafeMarkdown.Code(state.FlowId)}, asked for by {SafeMarkdown.Code(state.Requester.Login)}");
        if (state.PolicyCommit is { } commit)
            comment.Append(CultureInfo.InvariantCulture, $", by the policy of commit {SafeMarkdown.Code(commit.Short)}");
        else if (state.Routing is not null)
            comment.Append(CultureInfo.InvariantCulture, $", by the default policy: there is no {SafeMarkdown.Code(RepositoryPolicy.Path)}");
        comment.Append(".</sub>\n");
    }

    private static string Row(AttemptRecord attempt) => attempt.Result is { } result
        ? string.Create(CultureInfo.InvariantCulture, $"| {attempt.Number} | {Agent(result.Agent, result.RunUrl)} | {SafeMarkdown.Inline(Wording.Outcome(result.Outcome))} | {Wording.Took(result.Usage.Duration)} | {Wording.Money(result.Usage.Usd)} |")
        : string.Create(CultureInfo.InvariantCulture, $"| {attempt.Number} |{(attempt.Agent is { } agent ? $" {Agent(agent, attempt.RunUrl)}" : "")} | under way since {Wording.Time(attempt.StartedAt)} | | |");

    /// <summary>With a link to where its work can be seen, unless that would end the cell.</summary>
    private static string Agent(AgentId agent, string? run)
    {
        var name = SafeMarkdown.Inline(agent.Value, 60);
        return run is null || run.Contains('|', StringComparison.Ordinal) ? name : SafeMarkdown.Link(name, run);
    }
}
