using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>What the rules must know of the pull request beside the news; each is null or empty where nobody asked.</summary>
public sealed record PullRequestFacts(PullRequestLook? Look = null, IReadOnlyList<FailedCheck>? FailedChecks = null, Review? Review = null);

/// <summary>Which of them.</summary>
public enum FactsNeeded
{
    None,
    Look,
    FailedChecks,
    Review,
}

/// <summary>What the flow is after it heard news.</summary>
/// <param name="Flow">Its <see cref="FlowState.Phase"/> says how it goes on: work, rest, or the end.</param>
public sealed record Heard(FlowState Flow)
{
    /// <summary>For the person who asked; null: nobody did, or the flow's own comment says it.</summary>
    public string? Answer { get; init; }

    /// <summary>What runs must stop.</summary>
    public bool Interrupts { get; init; }

    /// <summary>People should see the change on the issue.</summary>
    public bool Shows { get; init; }
}

/// <summary>PURE. What news mean to a flow, in each of its phases.</summary>
public static class FeedbackRules
{
    private const int MostLater = 50;
    private const int MostChecks = 5;
    private const int LongestRemark = 4_000;
    private const int LongestReview = 32_000;

    // What comes back after this is another matter: a check that failed last week was mended, and the base branch moves for ever.
    private static readonly TimeSpan InARow = TimeSpan.FromDays(1);

    /// <summary>What must be read before <see cref="Hear"/>.</summary>
    public static FactsNeeded Needs(FlowState flow, FlowNews news) => (flow, news) switch
    {
        ({ PullRequest: null }, _) => FactsNeeded.None,
        // A merge closes the issue, and that may be heard first.
        ({ IsAtRest: true }, FlowNews.Stopped) => FactsNeeded.Look,
        ({ Phase: FlowPhase.Review }, FlowNews.BaseMoved) => FactsNeeded.Look,
        // It may be late, and speak of a commit of ours that others have followed.
        ({ IsAtRest: true }, FlowNews.HeadMoved moved) when moved.Head != flow.Head => FactsNeeded.Look,
        ({ Phase: FlowPhase.Review }, FlowNews.ChecksFailed failed) when failed.Commit == flow.Head => FactsNeeded.FailedChecks,
        ({ IsAtRest: true, PausedIn: null }, FlowNews.ChangesRequested) => FactsNeeded.Review,
        _ => FactsNeeded.None,
    };

    public static Heard Hear(FlowState flow, FlowNews news, PullRequestFacts facts, DateTimeOffset now) => news switch
    {
        FlowNews.Stopped when facts.Look is { IsMerged: true } => Merged(flow),
        FlowNews.Stopped stopped => Stop(flow, $"Stopped: {stopped.Why}."),
        FlowNews.PullRequestClosed { IsMerged: true } => Merged(flow),
        FlowNews.PullRequestClosed => Stop(flow, $"'{news.By.Login}' closed the pull request without a merge."),
        FlowNews.AgentMissing agent => flow.Phase == FlowPhase.Working && flow.WaitsFor != agent.Missing ? new(TakenBy(flow, agent.Owner) with { WaitsFor = agent.Missing }) { Shows = true } : new(flow),
        FlowNews.Commanded commanded => CommandRules.Hear(flow, commanded, now),
        FlowNews.TextEdited edited => Edited(flow, edited.Issue),
        FlowNews.HeadMoved moved when moved.Head == flow.Head => new(flow),
        FlowNews.HeadMoved when flow.IsAtRest => facts.Look is { } look && look.Head != flow.Head ? new(GoOnFrom(flow, look.Head, now)) : new(flow),
        _ when IsForLater(flow) => new(flow with { Later = [.. flow.Later.Where(other => !IsSame(other, news)).Append(news).TakeLast(MostLater)] }),
        FlowNews.ChecksFailed when facts.FailedChecks is { Count: > 0 } failed => Round(flow, now, Goal.MendChecks, $"the checks failed: {Names(failed)}", TextOf(failed)),
        FlowNews.BaseMoved when facts.Look is { IsMerged: true } => Merged(flow),
        FlowNews.BaseMoved when facts.Look is { IsOpen: true, Conflicts: true } => Round(
            flow, now, Goal.ResolveConflict, $"it conflicts with {flow.Repository.DefaultBranch}", $"The branch {flow.Repository.DefaultBranch} moved on, and the pull request conflicts with it."),
        FlowNews.ChangesRequested when facts.Review is { } review => new(flow.Begin(new(Goal.AnswerReview, $"'{news.By.Login}' asked for changes", now)
        {
            Text = TextOf(review),
            Threads = [.. review.Remarks.Select(remark => remark.Thread).Distinct()],
        }))
        { Shows = true },
        _ => new(flow),
    };

    /// <summary>The flow at work anew: its attempts and their limit begin to count again.</summary>
    internal static FlowState Begin(this FlowState flow, FeedbackRound? round) => flow with
    {
        Phase = FlowPhase.Working,
        Question = null,
        PausedIn = null,
        PausedQuestion = null,
        AwaitsApproval = false,
        RulesWaivedBy = null,
        Rounds = flow.Round is { } before ? [.. flow.Rounds.Append(before.Short).TakeLast(50)] : flow.Rounds,
        Round = round,
        AttemptsBefore = flow.Attempts.Count,
        AttemptsOfEarlierRounds = flow.Attempts.Count,
        Attempts = [.. flow.Attempts.SkipLast(1).Select(Slim), .. flow.Attempts.TakeLast(1)],
    };

    internal static Heard Stop(FlowState flow, string reason) =>
        new(flow with { Phase = FlowPhase.Failed, EndReason = reason, Question = null }) { Interrupts = true, Shows = true };

    private static Heard Merged(FlowState flow) => new(flow with { Phase = FlowPhase.Done, Question = null }) { Interrupts = true, Shows = true };

    private static FlowState TakenBy(FlowState flow, AttemptStarted? owner) => owner is not null && flow.Attempts is [.., { Result: null } attempt]
        ? flow with { Attempts = [.. flow.Attempts.SkipLast(1), attempt with { Agent = owner.Agent, RunUrl = owner.RunUrl }] }
        : flow;

    /// <summary>Somebody else's work is never written over: what follows begins at it.</summary>
    private static FlowState GoOnFrom(FlowState flow, CommitId head, DateTimeOffset now) =>
        flow with { Head = head, OthersMovedAt = now, AttemptsBefore = flow.Attempts.Count, AttemptsOfEarlierRounds = flow.Attempts.Count };

    /// <summary>
    /// An outsider's edit is never heard. One by a person with the right changes no work that was asked for with another text. Edits may come in any
    /// order: what is older than the text that is known was overtaken by it.
    /// </summary>
    private static Heard Edited(FlowState flow, IssueSnapshot issue)
    {
        if (issue.UpdatedAt < (flow.NewerIssue ?? flow.Issue).UpdatedAt)
            return new(flow);
        return issue.HasTextOf(flow.Issue)
            ? new(flow with { Issue = flow.Issue with { UpdatedAt = issue.UpdatedAt }, NewerIssue = null }) { Shows = flow.NewerIssue is not null }
            : new(flow with { NewerIssue = issue }) { Shows = true };
    }

    /// <summary>While an attempt runs the pull request is about to change anyway; and who paused a flow wants nothing to begin.</summary>
    private static bool IsForLater(FlowState flow) => !flow.IsAtRest || flow.PausedIn is not null;

    private static bool IsSame(FlowNews one, FlowNews other) => (one, other) is (FlowNews.BaseMoved, FlowNews.BaseMoved) || one.Key == other.Key;

    /// <summary>Nobody asked for it, so it has a limit: of rounds in a row with this goal, since anybody else did something about it.</summary>
    private static Heard Round(FlowState flow, DateTimeOffset now, Goal goal, string what, string text)
    {
        var since = flow.OthersMovedAt is { } moved && moved > now - InARow ? moved : now - InARow;
        var inARow = flow.Rounds.Append(flow.Round).Reverse().TakeWhile(round => round?.Goal is Goal.MendChecks or Goal.ResolveConflict && round.At > since).Count(round => round?.Goal == goal);
        return inARow < flow.Policy.Limits.Rounds
            ? new(flow.Begin(new(goal, what, now) { Text = text })) { Shows = true }
            : new(flow with { Phase = FlowPhase.NeedsHuman, Question = $"{Capital(what)}. {Wording.Count(inARow, "round")} of work did not mend it." }) { Shows = true };
    }

    private static AttemptRecord Slim(AttemptRecord attempt) =>
        attempt with { Result = attempt.Result is { } result ? result with { Claimed = null, Verified = [], Diff = null } : null };

    private static string Names(IReadOnlyList<FailedCheck> failed) =>
        string.Join(", ", failed.Take(3).Select(check => check.Name)) + (failed.Count > 3 ? string.Create(CultureInfo.InvariantCulture, $" and {failed.Count - 3} more") : "");

    private static string TextOf(IReadOnlyList<FailedCheck> failed)
    {
        var text = new StringBuilder("The repository's own checks fail on this commit.\n");
        foreach (var check in failed.Take(MostChecks))
            text.Append(CultureInfo.InvariantCulture, $"\nThe check '{check.Name}' failed.{(check.Log.Length > 0 ? " The end of what it printed:" : "")}\n{check.Log}\n");
        return text.ToString();
    }

    private static string TextOf(Review review)
    {
        var text = new StringBuilder("A reviewer asks for changes.\n");
        if (review.Text.Length > 0)
            text.Append('\n').Append(Cut(review.Text)).Append('\n');
        foreach (var remark in review.Remarks.TakeWhile(_ => text.Length < LongestReview))
            text.Append(CultureInfo.InvariantCulture, $"\nAt {remark.Path}{(remark.Line is { } line ? $", line {line}" : "")}:\n{Cut(remark.Text)}\n");
        return text.ToString();
    }

    private static string Cut(string text) => text.Length <= LongestRemark ? text : text[..(char.IsHighSurrogate(text[LongestRemark - 1]) ? LongestRemark - 1 : LongestRemark)] + "…";

    private static string Capital(string text) => text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : text;
}
