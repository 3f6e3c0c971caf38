namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. What a person's command means to an open flow.</summary>
internal static class CommandRules
{
    private const int MostGuidance = 20;

    // Together with an issue of GitHub's largest size and its edited text, a flow must fit into one message of a hub.
    private const int LongestGuidance = 32_000;

    public static Heard Hear(FlowState flow, FlowNews.Commanded news, DateTimeOffset now) => news.Command switch
    {
        SteeringCommand.Status => new(flow) { Answer = CommandAnswers.Status(flow) },
        SteeringCommand.Explain => new(flow) { Answer = CommandAnswers.Explain(flow) },
        SteeringCommand.Run => new(flow) { Answer = $"It is at work already. {CommandAnswers.Status(flow)}" },
        SteeringCommand.Retry retry => Retry(flow, news, retry, now),
        SteeringCommand.Cancel => FeedbackRules.Stop(flow, $"'{news.By.Login}' cancelled it.") with { Answer = $"Cancelled.{Left(flow)}" },
        SteeringCommand.Pause => Pause(flow, news.By),
        SteeringCommand.Resume => Resume(flow, now),
        SteeringCommand.Approve => Approve(flow, news.By),
        SteeringCommand.Reject reject => FeedbackRules.Stop(flow, $"'{news.By.Login}' rejected it{(reject.Why.Length > 0 ? $": {reject.Why}" : ".")}") with { Answer = $"Rejected: it ends here.{Left(flow)}" },
        SteeringCommand.Budget budget => Budget(flow, budget.Usd),
        SteeringCommand.Guidance guidance => Guide(flow, guidance.Text, now),
        SteeringCommand.Help help => new(flow with { HelpGiven = true }) { Answer = flow.HelpGiven && help.Problem is not null ? help.Problem : CommandAnswers.Help(help.Problem) },
        _ => new(flow) { Answer = "This version does not know that command." },
    };

    private static Heard Retry(FlowState flow, FlowNews.Commanded news, SteeringCommand.Retry retry, DateTimeOffset now)
    {
        if (retry.On is { } unknown && flow.Policy.Specialties.All(specialty => specialty.Name != unknown))
            return new(flow) { Answer = $"'{SafeMarkdown.Inline(unknown.Value, 60)}' is no specialty here. There are: {string.Join(", ", flow.Policy.Specialties.Select(specialty => specialty.Name.Value))}." };
        var known = flow.NewerIssue ?? flow.Issue;
        var issue = news.Issue is { } seen && !seen.HasTextOf(known) ? seen : known;
        var routing = retry.On is { } other ? new RoutingDecision(other, flow.Routing?.Priority ?? Priority.Normal, [$"'{news.By.Login}' asked for another try on {other.Value}"]) : flow.Routing;
        if (routing?.Specialty is null)
            return new(flow) { Answer = "It was not routed yet." };
        if (flow.AwaitsApproval)
            return new((flow with { Issue = issue, NewerIssue = Unheard(flow, issue), Routing = routing }).AskForApproval()) { Answer = $"That goes to {routing.Specialty} once the text as it is now is approved.", Shows = true };
        var again = (flow.PausedIn ?? flow.Phase) == FlowPhase.Review
            ? flow.Begin(new(Goal.ResolveIssue, $"'{news.By.Login}' asked for another try", now) { Text = "A person asked for another try at the issue." })
            : Again(flow);
        return new(again with { Issue = issue, NewerIssue = Unheard(flow, issue), Routing = routing })
        {
            Answer = $"Another try by {routing.Specialty}{(!issue.HasTextOf(flow.Issue) ? ", with the issue's text as it is now" : "")}.",
            Interrupts = true,
            Shows = true,
        };
    }

    /// <summary>An edit that whoever gave the command had not seen.</summary>
    private static IssueSnapshot? Unheard(FlowState flow, IssueSnapshot taken) => flow.NewerIssue is { } newer && newer.UpdatedAt > taken.UpdatedAt ? newer : null;

    private static Heard Pause(FlowState flow, Requester by)
    {
        if (flow.PausedIn is not null || (flow.Phase == FlowPhase.NeedsHuman && flow.PullRequest is null))
            return new(flow) { Answer = "It waits for a person already." };
        var paused = flow with { Phase = FlowPhase.NeedsHuman, PausedIn = flow.IsAtRest ? flow.Phase : FlowPhase.Working, PausedQuestion = flow.Question, Question = $"'{by.Login}' paused it. May it go on?" };
        return new(paused) { Answer = "Paused.", Interrupts = true, Shows = true };
    }

    private static Heard Resume(FlowState flow, DateTimeOffset now)
    {
        if (flow.PausedIn is not { } phase)
            return new(flow) { Answer = "It is not paused." };
        if (phase == FlowPhase.Review && flow.HasUnheardGuidance)
            return new(flow.Begin(FeedbackRound.OfGuidance(now))) { Answer = "It goes back to work with what was said meanwhile.", Shows = true };
        return new(flow with { Phase = phase, PausedIn = null, Question = flow.PausedQuestion, PausedQuestion = null })
        {
            Answer = phase == FlowPhase.NeedsHuman ? "It waits for an answer again." : "It goes on.",
            Shows = true,
        };
    }

    private static Heard Approve(FlowState flow, Requester by)
    {
        if (flow.AwaitsApproval)
            return new(flow.Begin(round: null)) { Answer = $"Approved; the work begins.{(flow.NewerIssue is null ? "" : " It follows the text that was approved, not the newer one.")}", Shows = true };
        if (flow is { Phase: FlowPhase.NeedsHuman, PausedIn: null or FlowPhase.NeedsHuman, Attempts: [.., { Result: { Outcome: AttemptOutcome.PolicyRejected, Commit: not null } }] })
            return new(flow with { Phase = FlowPhase.Working, Question = null, PausedIn = null, PausedQuestion = null, RulesWaivedBy = by.Login }) { Answer = "Approved; the change goes into the pull request as it is.", Shows = true };
        return new(flow) { Answer = "There is nothing to approve." };
    }

    private static Heard Budget(FlowState flow, decimal usd)
    {
        var raised = flow with { Policy = flow.Policy with { Limits = flow.Policy.Limits with { Usd = usd } } };
        var answer = FormattableString.Invariant($"An attempt may cost up to {usd} USD from now on.");
        return flow switch
        {
            { Phase: FlowPhase.NeedsHuman, PausedIn: null, Attempts: [.., { Result.Outcome: AttemptOutcome.BudgetExhausted }] } => new(Again(raised)) { Answer = $"{answer} It goes on.", Shows = true },
            // That is the answer to what was asked, and the pause is not over.
            { PausedIn: FlowPhase.NeedsHuman, Attempts: [.., { Result.Outcome: AttemptOutcome.BudgetExhausted }] } => new(Again(raised) with { Phase = FlowPhase.NeedsHuman, PausedIn = FlowPhase.Working, Question = flow.Question }) { Answer = $"{answer} It stays paused." },
            _ => new(raised) { Answer = answer },
        };
    }

    private static Heard Guide(FlowState flow, string text, DateTimeOffset now)
    {
        var told = flow with { Guidance = Latest([.. flow.Guidance, text]), GuidanceGiven = flow.GuidanceGiven + 1 };
        return flow switch
        {
            { PausedIn: not null } or { AwaitsApproval: true } => new(told) { Answer = "Kept for the next turn." },
            { Phase: FlowPhase.Review } => new(told.Begin(FeedbackRound.OfGuidance(now))) { Answer = "It goes back to work with that.", Shows = true },
            { Phase: FlowPhase.NeedsHuman } => new(Again(told)) { Answer = "It goes on with that.", Shows = true },
            _ => new(told) { Answer = "The coder hears it at its next turn." },
        };
    }

    /// <summary>What was said last counts most.</summary>
    private static IReadOnlyList<string> Latest(IReadOnlyList<string> said)
    {
        var (count, length) = (0, 0);
        while (count < Math.Min(said.Count, MostGuidance) && (count == 0 || length + said[^(count + 1)].Length <= LongestGuidance))
            length += said[^++count].Length;
        return [.. said.TakeLast(count)];
    }

    /// <summary>More of the same round, from where its last attempt ended.</summary>
    private static FlowState Again(FlowState flow) => flow with { Phase = FlowPhase.Working, Question = null, PausedIn = null, PausedQuestion = null, AwaitsApproval = false, AttemptsBefore = flow.Attempts.Count };

    private static string Left(FlowState flow) => flow.PullRequest is { } open ? FormattableString.Invariant($" Pull request #{open.Number} stays open for you to close.") : "";
}
