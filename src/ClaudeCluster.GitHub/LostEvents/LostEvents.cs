using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <inheritdoc cref="ILostEvents"/>
/// <param name="installations">Null: it is no App that asks, so only what is named can be looked after.</param>
internal sealed class LostEvents(AppInstallations? installations, GitHubClient client, GraphQl graphQl, FailedChecks checks, PullRequestMarks marks, TimeProvider time) : ILostEvents
{
    /// <inheritdoc cref="AppInstallations"/>
    private const int OnAPage = 30;

    private readonly LostComments _comments = new(new NewestFirst(client));
    private readonly LostLabels _labels = new(graphQl);
    private readonly LostPullRequests _pullRequests = new(graphQl);
    private readonly LostReviews _reviews = new(new NewestFirst(client), graphQl, time);

    public async Task<IReadOnlyList<WatchedRepository>> ListRepositoriesAsync(IReadOnlyList<string> named, IReadOnlyList<RepositoryRef> known, CancellationToken cancellationToken)
    {
        var all = named.Count == 0 && installations is not null ? (await installations.ListAsync(cancellationToken)).ToDictionary(found => found.Repository.Id) : [];
        var seen = all.Values.Select(found => found.Repository.FullName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in named.Concat(known.Where(repository => !all.ContainsKey(repository.Id)).Select(repository => repository.FullName)))
        {
            if (seen.Add(name) && await FindAsync(name, cancellationToken) is { } found)
                all[found.Repository.Id] = found;
        }

        return [.. all.Values.OrderBy(found => found.Repository.Id)];
    }

    public async Task<IReadOnlyList<LabelledIssue>> ListLabelledAsync(RepositoryRef repository, string label, CancellationToken cancellationToken)
    {
        var request = Get($"/repos/{repository.FullName}/issues?state=open&labels={Uri.EscapeDataString(label)}&per_page={OnAPage}");
        var found = await client.ReadPagesAsync(repository.FullName, request, LostEventsJson.Default.IReadOnlyListIssueListed, cancellationToken);
        return
        [
            .. found.Where(issue => issue is { Number: not null, UpdatedAt: not null, PullRequest: null or { ValueKind: JsonValueKind.Null } })
                .Select(issue => new LabelledIssue(issue.Number!.Value, issue.UpdatedAt!.Value, issue.LabelNames)),
        ];
    }

    public Task<Labelling> ReadLabellingAsync(RepositoryRef repository, int issue, string label, CancellationToken cancellationToken) => _labels.ReadAsync(repository, issue, label, cancellationToken);

    public async Task<IssueNow?> ReadIssueAsync(RepositoryRef repository, int issue, CancellationToken cancellationToken)
    {
        try
        {
            var request = Get(string.Create(CultureInfo.InvariantCulture, $"/repos/{repository.FullName}/issues/{issue}"));
            var found = await client.ReadAsync(repository.FullName, request, LostEventsJson.Default.IssueListed, cancellationToken);
            return found.UpdatedAt is { } at ? new(at, found.State != "closed", found.LabelNames) : null;
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            return null;
        }
    }

    public Task<IssueEvent?> ReadStopAsync(RepositoryRef repository, int issue, string? trigger, IReadOnlyList<string> exclude, DateTimeOffset since, CancellationToken cancellationToken) =>
        _labels.ReadStopAsync(repository, issue, trigger, exclude, since, cancellationToken);

    public Task<IReadOnlyList<FoundComment>> ListCommentsAsync(RepositoryRef repository, bool atLines, DateTimeOffset since, CancellationToken cancellationToken) => _comments.ListAsync(repository, atLines, since, cancellationToken);

    public Task<IReadOnlyList<FoundComment>> ListReviewsAsync(RepositoryRef repository, IReadOnlyCollection<int> numbers, DateTimeOffset since, CancellationToken cancellationToken) => _reviews.ListAsync(repository, numbers, since, cancellationToken);

    public Task<IssueSnapshot?> ReadTextAsync(RepositoryRef repository, int issue, DateTimeOffset at, Requester by, CancellationToken cancellationToken) => _labels.ReadTextAsync(repository, issue, at, by, cancellationToken);

    public Task<string> ReadMarkAsync(RepositoryRef repository, int number, CommitId head, CancellationToken cancellationToken) => marks.ReadAsync(repository, number, head, cancellationToken);

    public Task<PullRequestNow?> ReadPullRequestAsync(RepositoryRef repository, int number, CancellationToken cancellationToken) => _pullRequests.ReadAsync(repository, number, cancellationToken);

    public async Task<RepositoryEvent.ChecksChanged?> ReadFailureAsync(RepositoryRef repository, string branch, CommitId commit, CancellationToken cancellationToken)
    {
        try
        {
            var failed = await checks.ReadNamesAsync(repository, commit, cancellationToken);
            return failed.Count == 0 ? null : new("completed", Suite: 0, commit, branch, "failure")
            {
                Key = PayloadParts.Key(["lost", "checks", PayloadParts.Text(repository.Id), commit.Value, .. failed.Order(StringComparer.Ordinal)]),
                Repository = repository,
                Sender = LostEventParts.Nobody,
            };
        }
        catch (Exception unseen) when (unseen is GitHubException.Forbidden or GitHubException.NotFoundOrNoAccess)
        {
            return null;
        }
    }

    private async Task<WatchedRepository?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.ReadAsync(name, Get($"/repos/{name}"), LostEventsJson.Default.RepositoryAnswer, cancellationToken)).Read();
        }
        catch (Exception unseen) when (unseen is GitHubException.Forbidden or GitHubException.NotFoundOrNoAccess)
        {
            return null;
        }
    }

    private GitHubRequest Get(string path) => new(HttpMethod.Get, client.Address.At(path));
}
