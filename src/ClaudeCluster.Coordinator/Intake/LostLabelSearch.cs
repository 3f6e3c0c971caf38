using System.Globalization;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// Finds issues that bear the trigger label and have no flow. Nothing is decided here but whether the text can be trusted: who set the label,
/// and whether a flow ended since, is asked as of any event. What the list of such issues says of flows that are open goes to <paramref name="stops"/>.
/// </summary>
internal sealed class LostLabelSearch(ILostEvents gitHub, IRepositoryFiles files, Doors doors, LostStopSearch stops, Audit audit, TimeProvider time)
{
    /// <summary>The others have their turn at the next look.</summary>
    private const int MostAtOnce = 20;

    /// <summary>A policy is read again if somebody pushed since, and now and then in any case.</summary>
    private static readonly TimeSpan PolicyIsGoodFor = TimeSpan.FromHours(1);

    private readonly Dictionary<(long Repository, int Issue), DateTimeOffset> _judged = [];
    private readonly Dictionary<long, (DateTimeOffset? PushedAt, DateTimeOffset ReadAt, RepositoryPolicy Policy)> _policies = [];

    public async Task LookAsync(WatchedRepository watched, IReadOnlyList<OpenFlow> flows, CancellationToken cancellation)
    {
        var repository = watched.Repository;
        var policy = await PolicyOfAsync(watched, cancellation);
        if (repository.IsPublic && !policy.AllowPublic)
            return;
        var issues = await gitHub.ListLabelledAsync(repository, policy.Labels.Trigger, cancellation);
        var open = flows.Where(flow => flow.State.Repository.Id == repository.Id).ToList();
        var withFlow = open.Select(flow => flow.State.Issue.Number).ToHashSet();
        foreach (var issue in issues.Where(issue => !withFlow.Contains(issue.Number) && !IsJudged(repository, issue)).Take(MostAtOnce))
        {
            await JudgeAsync(repository, issue.Number, policy.Labels.Trigger, cancellation);
            _judged[(repository.Id, issue.Number)] = issue.UpdatedAt;
        }

        foreach (var (gone, _) in _judged.Where(judged => judged.Key.Repository == repository.Id && !issues.Any(issue => issue.Number == judged.Key.Issue)).ToList())
            _judged.Remove(gone);
        var undisturbed = issues.Where(issue => !issue.Labels.Intersect(policy.Labels.Exclude, StringComparer.OrdinalIgnoreCase).Any()).Select(issue => issue.Number).ToHashSet();
        await stops.LookAsync(repository, open, undisturbed, cancellation);
    }

    private bool IsJudged(RepositoryRef repository, LabelledIssue issue) => _judged.TryGetValue((repository.Id, issue.Number), out var at) && at == issue.UpdatedAt;

    private async Task JudgeAsync(RepositoryRef repository, int issue, string label, CancellationToken cancellation)
    {
        var found = await gitHub.ReadLabellingAsync(repository, issue, label, cancellation);
        if (found.Event is { } labelled)
            await doors.HandInAsync(new EventDelivery(labelled) { IsLookedUp = true }, cancellation);
        else
            audit.Add("reconciler", string.Create(CultureInfo.InvariantCulture, $"{repository.FullName}#{issue}"), $"No flow is begun: {found.Doubt}.", address: null);
    }

    /// <exception cref="BadInputException">The file cannot be used.</exception>
    private async Task<RepositoryPolicy> PolicyOfAsync(WatchedRepository watched, CancellationToken cancellation)
    {
        var (repository, now) = (watched.Repository, time.GetUtcNow());
        if (_policies.TryGetValue(repository.Id, out var known) && known.PushedAt == watched.PushedAt && now - known.ReadAt < PolicyIsGoodFor)
            return known.Policy;
        var policy = await files.ReadAsync(repository, RepositoryPolicy.Path, cancellation) is { } file ? PolicyReader.Read(file.Text, RepositoryPolicy.Path) : RepositoryPolicy.Default;
        _policies[repository.Id] = (watched.PushedAt, now, policy);
        return policy;
    }
}
