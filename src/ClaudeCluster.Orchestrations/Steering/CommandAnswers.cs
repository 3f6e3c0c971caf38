using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. What a person reads who asked a flow something.</summary>
internal static class CommandAnswers
{
    private const int MostAttempts = 20;

    public static string Status(FlowState flow)
    {
        var text = new StringBuilder(flow.Phase switch
        {
            FlowPhase.Working when flow.Attempts is [.., { Result: null } attempt] => string.Create(CultureInfo.InvariantCulture, $"Attempt {attempt.Number} is under way since {Wording.Time(attempt.StartedAt)}."),
            FlowPhase.Queued or FlowPhase.Working => "It is at work.",
            FlowPhase.Waiting => $"It waits{(flow.WaitsFor is { } why ? $" because {SafeMarkdown.Inline(why)}" : "")}{(flow.WaitsUntil is { } until ? $", until {Wording.Time(until)}" : "")}.",
            FlowPhase.NeedsHuman => $"It waits for a person:{SafeMarkdown.Paragraph(flow.Question ?? "it does not say why", 2000)}",
            FlowPhase.Review => "Its pull request waits for review, checks and a merge.",
            FlowPhase.Done => "It is done.",
            _ => $"It has ended:{SafeMarkdown.Paragraph(flow.EndReason ?? "it does not say why", 2000)}",
        });
        if (flow.PullRequest is { } pullRequest)
            text.Append(CultureInfo.InvariantCulture, $" Pull request: #{pullRequest.Number}.");
        return text.Append(CultureInfo.InvariantCulture, $" Cost so far: {Wording.Money(flow.Attempts.Sum(attempt => attempt.Result?.Usage.Usd ?? 0))}.").ToString();
    }

    public static string Explain(FlowState flow)
    {
        var text = new StringBuilder(Status(flow)).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"It went to **{SafeMarkdown.Inline(flow.Routing?.Specialty?.Value ?? "nobody")}**, because\n");
        foreach (var reason in flow.Routing?.Reasons ?? [])
            text.Append("- ").Append(SafeMarkdown.Inline(reason)).Append('\n');
        foreach (var attempt in flow.Attempts.TakeLast(MostAttempts).Where(attempt => attempt.Result is not null))
            text.Append(CultureInfo.InvariantCulture, $"- Attempt {attempt.Number} by {SafeMarkdown.Inline(attempt.Result!.Agent.Value, 60)} {SafeMarkdown.Inline(Wording.Outcome(attempt.Result.Outcome))}\n");
        foreach (var round in flow.Rounds.Append(flow.Round).OfType<FeedbackRound>())
            text.Append(CultureInfo.InvariantCulture, $"- {Wording.Time(round.At)}: {SafeMarkdown.Inline(round.What)}\n");
        return text.ToString();
    }

    /// <summary>No flow is open that could obey.</summary>
    /// <param name="command">What was asked.</param>
    /// <param name="why">Nothing came of it.</param>
    /// <param name="lastWords">Of the last flow; null: there was none.</param>
    public static string WithoutFlow(SteeringCommand command, string why, string? lastWords) => command switch
    {
        SteeringCommand.Help help => Help(help.Problem),
        SteeringCommand.Run or SteeringCommand.Retry => $"Nothing was begun: {why}.",
        _ => $"Nothing is under way here; `{CommandReader.Prefix} run` on the issue begins.{(lastWords is null ? "" : $" Of the last flow: {lastWords}")}",
    };

    public static string Help(string? problem) => $"""
        {(problem is null ? "What can be said here" : $"{problem} What can be said here")}, by people who may start work:

        | Comment | What it does |
        |---|---|
        | `/claude status` | says where the flow stands |
        | `/claude explain` | says why it went where it went, and what each attempt came to |
        | `/claude retry` | tries again, with the issue's text as it is now; `/claude retry on frontend` by another specialty |
        | `/claude cancel` | ends the flow |
        | `/claude pause`, `/claude resume` | stops what runs and begins nothing; lets it go on |
        | `/claude approve`, `/claude reject why` | yes or no to what the flow asks |
        | `/claude budget 5` | what an attempt may cost from now on, in US dollars |
        | `/claude` and anything else | is told to the coder at its next turn |
        """;
}
