using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What an event means for a flow: a closed family.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "decision")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Raise), "raise")]
[JsonDerivedType(typeof(Ignore), "ignore")]
public abstract record EventDecision
{
    private EventDecision()
    {
    }

    /// <summary>A flow begins.</summary>
    /// <param name="Issue">Its text.</param>
    public sealed record Start(string Why, IssueSnapshot Issue) : EventDecision
    {
        /// <summary>The repository's policy cannot be used, so the flow ends with telling so; null: it can.</summary>
        public string? PolicyProblem { get; init; }
    }

    /// <summary>The open flow is told.</summary>
    /// <param name="What">In words.</param>
    public sealed record Raise(string What, FlowNews News) : EventDecision;

    public sealed record Ignore(string Why) : EventDecision
    {
        /// <summary>For the person who gave a command that no flow heard, if they may steer; null: nobody did.</summary>
        public string? Answer { get; init; }
    }
}

/// <summary>PURE. Start, raise or ignore, and why. Who may do so is asked separately, by <see cref="Authorise"/>.</summary>
public static class EventRules
{
    private static readonly string[] Failures = ["failure", "timed_out", "startup_failure", "action_required", "error"];

    /// <summary>What no flow could need, whatever its policy: so most of what a repository sends ends at the door.</summary>
    /// <returns>Null: it may concern a flow.</returns>
    public static string? WhyOfNoUse(RepositoryEvent happened) => happened switch
    {
        RepositoryEvent.IssueChanged => null,
        RepositoryEvent.Commented { Action: "created" } said when CommandReader.Read(said.Comment.Text) is not null => null,
        RepositoryEvent.Commented => $"only a new comment that begins with {CommandReader.Prefix} concerns a flow",
        RepositoryEvent.PullRequestChanged { PullRequest: var pull } when !IsOurs(pull) => "the pull request is not the cluster's",
        RepositoryEvent.PullRequestChanged { Action: "closed" or "synchronize" } => null,
        RepositoryEvent.PullRequestChanged { Action: var action } => $"'{action}' of a pull request changes nothing for a flow",
        RepositoryEvent.Reviewed { PullRequest: var pull } when !IsOurs(pull) => "the pull request is not the cluster's",
        RepositoryEvent.Reviewed { Action: "submitted", Verdict: "changes_requested" } => null,
        RepositoryEvent.Reviewed { Action: "submitted" } said when CommandReader.Read(said.Text) is not null => null,
        RepositoryEvent.Reviewed { Verdict: var verdict } => $"a review that is '{verdict}' changes nothing for a flow",
        RepositoryEvent.ReviewCommented { PullRequest: var pull } when !IsOurs(pull) => "the pull request is not the cluster's",
        RepositoryEvent.ReviewCommented { Action: "created" } said when CommandReader.Read(said.Comment.Text) is not null => null,
        RepositoryEvent.ReviewCommented => "a remark is heard with its review",
        RepositoryEvent.Pushed pushed when pushed.After is not null && pushed.Reference == $"refs/heads/{pushed.Repository.DefaultBranch}" => null,
        RepositoryEvent.Pushed { Reference: var reference } => $"a push to '{reference}' changes nothing for a flow",
        RepositoryEvent.StatusChanged { State: var state } => Failures.Contains(state) ? null : $"the status '{state}' changes nothing for a flow",
        RepositoryEvent.ChecksChanged { Action: "completed", Conclusion: { } conclusion } when Failures.Contains(conclusion) => null,
        RepositoryEvent.RunChanged { Action: "completed", Run: { IsFromFork: false, Branch: { } branch, Conclusion: { } conclusion } } when Failures.Contains(conclusion) && IsOurs(branch) => null,
        RepositoryEvent.ChecksChanged or RepositoryEvent.RunChanged => "only checks that failed on a branch of the cluster's concern a flow",
        RepositoryEvent.JobChanged => "a job changes nothing for a flow",
        RepositoryEvent.Other other => $"'{other.Name}' events mean nothing to a flow",
        _ => "this version does not know the event",
    };

    /// <summary>A fact is not somebody's wish: nobody's right to it is asked.</summary>
    public static bool IsFact(RepositoryEvent happened) => happened is RepositoryEvent.PullRequestChanged or RepositoryEvent.Pushed
        or RepositoryEvent.StatusChanged or RepositoryEvent.ChecksChanged or RepositoryEvent.RunChanged;

    /// <summary>It may start a flow, whatever the policy says; any other event needs one that is open.</summary>
    public static bool MayStart(RepositoryEvent happened) => happened switch
    {
        RepositoryEvent.IssueChanged { Issue: IssueEvent.Labeled or IssueEvent.Opened { Issue.Labels.Count: > 0 } } => true,
        RepositoryEvent.Commented said => CommandReader.Read(said.Comment.Text) is SteeringCommand.Run or SteeringCommand.Retry,
        _ => false,
    };

    /// <returns>What a person asks for with it; null: nothing.</returns>
    public static SteeringCommand? CommandOf(RepositoryEvent happened) => happened switch
    {
        _ when WhyOfNoUse(happened) is not null => null,
        RepositoryEvent.Commented said => CommandReader.Read(said.Comment.Text),
        RepositoryEvent.ReviewCommented said => CommandReader.Read(said.Comment.Text),
        RepositoryEvent.Reviewed { Verdict: not "changes_requested" } said => CommandReader.Read(said.Text),
        _ => null,
    };

    /// <param name="isFlowOpen">A flow of this issue has not ended.</param>
    public static EventDecision Decide(RepositoryEvent happened, RepositoryPolicy policy, bool isFlowOpen) => happened switch
    {
        _ when WhyOfNoUse(happened) is { } why => new EventDecision.Ignore(why),
        RepositoryEvent.IssueChanged changed => Decide(changed.Issue, policy, isFlowOpen),
        RepositoryEvent.Commented said => ForCommand(said, CommandReader.Read(said.Comment.Text)!, said.Comment.Id, isAtLine: false, said.Issue, isFlowOpen),
        RepositoryEvent.ReviewCommented said => ForCommand(said, CommandReader.Read(said.Comment.Text)!, said.Comment.Id, isAtLine: true, issue: null, isFlowOpen),
        _ when !isFlowOpen => new EventDecision.Ignore("no flow of it is open"),
        RepositoryEvent.PullRequestChanged { Action: "closed", PullRequest: var pull } => Told(happened, pull.IsMerged ? "the pull request was merged" : "the pull request was closed", new FlowNews.PullRequestClosed(pull.IsMerged) { Key = happened.Key, By = happened.Sender }),
        RepositoryEvent.PullRequestChanged { PullRequest: var pull } => Told(happened, "the pull request's branch moved", new FlowNews.HeadMoved(pull.HeadCommit) { Key = happened.Key, By = happened.Sender }),
        RepositoryEvent.Reviewed { Verdict: "changes_requested" } review => Told(happened, "a review asks for changes", new FlowNews.ChangesRequested(review.Review) { Key = happened.Key, By = happened.Sender }),
        RepositoryEvent.Reviewed said => ForCommand(said, CommandReader.Read(said.Text)!, comment: null, isAtLine: false, issue: null, isFlowOpen),
        RepositoryEvent.Pushed => Told(happened, "the base branch moved", new FlowNews.BaseMoved { Key = happened.Key, By = happened.Sender }),
        RepositoryEvent.StatusChanged status => ChecksFailed(happened, status.Commit),
        RepositoryEvent.ChecksChanged checks => ChecksFailed(happened, checks.Commit),
        RepositoryEvent.RunChanged run => ChecksFailed(happened, run.Run.Head),
        _ => new EventDecision.Ignore("this version does not know the event"),
    };

    /// <inheritdoc cref="Decide(RepositoryEvent, RepositoryPolicy, bool)"/>
    public static EventDecision Decide(IssueEvent issueEvent, RepositoryPolicy policy, bool isFlowOpen)
    {
        if (issueEvent.Issue.IsPullRequest)
            return new EventDecision.Ignore($"#{issueEvent.Issue.Number} is a pull request");
        if (issueEvent is IssueEvent.Other other)
            return new EventDecision.Ignore($"'{other.Action}' changes nothing for a flow");
        return isFlowOpen ? ForOpenFlow(issueEvent, policy) : ForNoFlow(issueEvent, policy);
    }

    private static EventDecision ForOpenFlow(IssueEvent issueEvent, RepositoryPolicy policy) => issueEvent switch
    {
        IssueEvent.Closed => Stops(issueEvent, "the issue was closed", $"'{issueEvent.Sender.Login}' closed the issue"),
        IssueEvent.Labeled set when Excludes(policy, set.Label) => Stops(issueEvent, $"the label '{set.Label}' was set", $"'{issueEvent.Sender.Login}' set the label '{set.Label}'"),
        _ when ExcludedBy(issueEvent, policy) is { } label => new EventDecision.Ignore($"the label '{label}' keeps the cluster away"),
        IssueEvent.Unlabeled taken when Same(taken.Label, policy.Labels.Trigger) && Has(issueEvent.Issue, taken.Label) => new EventDecision.Ignore($"the label '{taken.Label}' is on the issue again"),
        IssueEvent.Unlabeled taken when Same(taken.Label, policy.Labels.Trigger) => Stops(issueEvent, $"the label '{taken.Label}' was taken away", $"'{issueEvent.Sender.Login}' took the label '{taken.Label}' away"),
        IssueEvent.Labeled { Label: var label } => Unmoved(policy, label),
        IssueEvent.Unlabeled { Label: var label } => Unmoved(policy, label),
        IssueEvent.Edited => new EventDecision.Raise("the issue's text was edited", new FlowNews.TextEdited(issueEvent.Issue) { Key = issueEvent.Key, By = issueEvent.Sender }),
        _ => new EventDecision.Ignore("the issue's flow is open already"),
    };

    private static EventDecision.Ignore Unmoved(RepositoryPolicy policy, string label) => new(MeansSomething(policy, label)
        ? $"the issue's flow is open already, and the label '{label}' changes nothing of it; '{CommandReader.Prefix} retry' does"
        : $"the label '{label}' means nothing to a flow");

    private static EventDecision ForNoFlow(IssueEvent issueEvent, RepositoryPolicy policy)
    {
        var trigger = policy.Labels.Trigger;
        var why = issueEvent switch
        {
            IssueEvent.Labeled set when Same(set.Label, trigger) => $"the label '{trigger}' was set",
            IssueEvent.Opened when Has(issueEvent.Issue, trigger) => $"the issue was opened with the label '{trigger}'",
            _ => null,
        };
        if (why is null)
            return new EventDecision.Ignore($"no flow is open, and only the label '{trigger}' starts one");
        if (!issueEvent.Issue.IsOpen)
            return new EventDecision.Ignore("the issue is closed");
        if (ExcludedBy(issueEvent, policy) is { } excluded)
            return new EventDecision.Ignore($"the label '{excluded}' keeps the cluster away");
        return new EventDecision.Start(why, issueEvent.Issue);
    }

    private static EventDecision ForCommand(RepositoryEvent said, SteeringCommand command, CommentId? comment, bool isAtLine, IssueSnapshot? issue, bool isFlowOpen)
    {
        if (isFlowOpen)
        {
            var at = comment is { } known && known.Value.Length > 0 ? new RemarkRef(known, isAtLine) : null;
            var snapshot = issue is { IsPullRequest: true } ? null : issue;
            return Told(said, "a command was given", new FlowNews.Commanded(command, at, snapshot) { Key = said.Key, By = said.Sender, IsInReview = said is RepositoryEvent.Reviewed });
        }

        return (command, issue) switch
        {
            (SteeringCommand.Run or SteeringCommand.Retry, { IsPullRequest: false, IsOpen: true }) => new EventDecision.Start($"{CommandReader.Prefix} asked for it", issue),
            (SteeringCommand.Run or SteeringCommand.Retry, { IsPullRequest: false }) => new EventDecision.Ignore("the issue is closed"),
            _ => new EventDecision.Ignore("no flow of it is open"),
        };
    }

    private static EventDecision.Raise ChecksFailed(RepositoryEvent happened, CommitId commit) =>
        Told(happened, "a check failed", new FlowNews.ChecksFailed(commit) { Key = happened.Key, By = happened.Sender });

    private static EventDecision.Raise Stops(IssueEvent happened, string what, string why) =>
        new(what, new FlowNews.Stopped(why) { Key = happened.Key, By = happened.Sender });

    private static EventDecision.Raise Told(RepositoryEvent happened, string what, FlowNews news) => new($"{what} by '{happened.Sender.Login}'", news);

    private static bool IsOurs(PullRequestSnapshot pull) => !pull.IsFromFork && IsOurs(pull.Head);

    private static bool IsOurs(string branch) => BranchName.Parse(branch) is { Attempt: null };

    private static string? ExcludedBy(IssueEvent issueEvent, RepositoryPolicy policy) =>
        policy.Labels.Exclude.FirstOrDefault(exclude => Has(issueEvent.Issue, exclude));

    private static bool Has(IssueSnapshot issue, string label) => issue.Labels.Any(each => Same(each, label));

    private static bool Excludes(RepositoryPolicy policy, string label) => policy.Labels.Exclude.Any(exclude => Same(exclude, label));

    private static bool MeansSomething(RepositoryPolicy policy, string label)
    {
        var labels = policy.Labels;
        return Same(label, labels.Trigger) || Same(label, labels.PriorityHigh) || Same(label, labels.PriorityLow) || Excludes(policy, label)
            || policy.Specialties.Any(specialty => Same(specialty.Label, label));
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
