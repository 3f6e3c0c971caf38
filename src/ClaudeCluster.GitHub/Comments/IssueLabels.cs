namespace ClaudeCluster.GitHub;

/// <summary>Changes an issue's labels by name, over REST: it makes a label that the repository does not have, and says what else is there.</summary>
internal sealed class IssueLabels(GitHubClient client)
{
    public async Task PutAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken)
    {
        // The answer to the first call says what else is there, so nothing is taken away that is not. With nothing to add, all of it may be.
        var present = change.Add.Count > 0
            ? await client.AddLabelsAsync(issue.Repository.FullName, issue.Number, change.Add, cancellationToken)
            : change.Remove;
        foreach (var label in change.Remove.Intersect(present, StringComparer.OrdinalIgnoreCase))
        {
            try
            {
                await client.RemoveLabelAsync(issue.Repository.FullName, issue.Number, label, cancellationToken);
            }
            catch (GitHubException.NotFoundOrNoAccess)
            {
                // Somebody was faster.
            }
        }
    }
}
