using System.Globalization;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. An event in GitHub's words, and what it happened to: <c>issues labeled octo/shop#7</c>.</summary>
public static class EventWords
{
    public static string Of(RepositoryEvent happened)
    {
        var repository = happened.Repository.FullName;
        return happened switch
        {
            RepositoryEvent.IssueChanged { Issue: var changed } => $"issues {ActionOf(changed)} {repository}{Number(changed.Issue.Number)}",
            RepositoryEvent.Commented said => $"issue_comment {said.Action} {repository}{Number(said.Issue.Number)}",
            RepositoryEvent.PullRequestChanged changed => $"pull_request {changed.Action} {repository}{Number(changed.PullRequest.Number)}",
            RepositoryEvent.Reviewed review => $"pull_request_review {review.Action} {repository}{Number(review.PullRequest.Number)}",
            RepositoryEvent.ReviewCommented said => $"pull_request_review_comment {said.Action} {repository}{Number(said.PullRequest.Number)}",
            RepositoryEvent.Pushed push => $"push {repository} {push.Reference}",
            RepositoryEvent.StatusChanged status => $"status {status.State} {repository} {status.Commit}",
            RepositoryEvent.ChecksChanged checks => $"check_suite {checks.Action} {repository} {checks.Branch ?? checks.Commit.ToString()}",
            RepositoryEvent.RunChanged { Run: var run } changed => $"workflow_run {changed.Action} {repository} {run.Branch ?? run.Head.ToString()}",
            RepositoryEvent.JobChanged job => $"workflow_job {job.Action} {repository}",
            RepositoryEvent.Other other => $"{other.Name} {other.Action} {repository}",
            _ => throw new InvalidOperationException($"No such event: {happened}."),
        };
    }

    private static string ActionOf(IssueEvent changed) => changed switch
    {
        IssueEvent.Other other => other.Action,
        IssueEvent.Labeled labeled => $"labeled '{labeled.Label}'",
        IssueEvent.Unlabeled unlabeled => $"unlabeled '{unlabeled.Label}'",
        _ => changed.GetType().Name.ToLowerInvariant(),
    };

    private static string Number(int number) => string.Create(CultureInfo.InvariantCulture, $"#{number}");
}
