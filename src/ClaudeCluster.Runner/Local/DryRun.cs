using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.Runner;

/// <param name="Repository">A clone to read policy and tests from; null: none at hand.</param>
/// <param name="PolicyFile">Read instead of the repository's own.</param>
internal sealed record DryRunRequest(LocalRepository? Repository, string? PolicyFile, CoderChoice Coder);

/// <summary>All that a dry run tells; the object of <c>--json</c>.</summary>
/// <param name="Starts">Whether the event asks for work at all.</param>
/// <param name="Reason">Why it does, or why not.</param>
/// <param name="Command">The coder's exact command line.</param>
/// <param name="Environment">The names of the coder's environment variables; values may be secret.</param>
/// <param name="Branch">The pull request branch.</param>
internal sealed record DryRunAnswer(
    bool Starts,
    string Reason,
    RoutingDecision Routing,
    string? Prompt,
    string? Command,
    IReadOnlyList<string> Environment,
    string? Branch,
    IReadOnlyList<string> Tests,
    PullRequestText? PullRequest,
    string? Comment,
    IReadOnlyList<TimelineEntry> Timeline);

/// <summary>
/// Runs the real intake and the real flow on a hub in memory. What would reach beyond this process is replaced: GitHub by
/// <see cref="DescribedEffects"/>, the agent by <see cref="DescribedAttempt"/>. Every decision is the one of a real run.
/// </summary>
internal sealed class DryRun(DryRunRequest request, HostEnvironment host)
{
    public async Task<string> TriggerAsync(CancellationToken cancellationToken)
    {
        var file = await ReadFileAsync(RepositoryPolicy.Path, cancellationToken);
        return file is null ? RepositoryPolicy.Default.Labels.Trigger : PolicyReader.Read(file.Text, PolicyPlace).Labels.Trigger;
    }

    public async Task<DryRunAnswer> DescribeAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        if (request.Repository is { } repository)
            received = received with { Repository = await repository.DescribeAsync(received.Repository, cancellationToken) };
        var effects = new DescribedEffects(ReadFileAsync);
        var attempt = new DescribedAttempt(request, host, effects);
        var file = await ReadFileAsync(RepositoryPolicy.Path, cancellationToken);
        var policy = file is null ? RepositoryPolicy.Default : PolicyReader.Read(file.Text, PolicyPlace);
        var specialties = policy.Specialties.Select(specialty => specialty.Name).ToList();

        await using var cluster = await LocalCluster.OpenAsync(RunHub.Over(new MemoryHubStore(), host.Time), effects, new InProcessFleet(specialties.ToHashSet()), host.Time, cancellationToken);
        cluster.Start([new LocalAgent(new AgentId("this-pc"), Slots: 1, (registry, _) => attempt.Register(registry, specialties))]);
        var (receipt, _) = await cluster.ReceiveAsync(received, cancellationToken);
        var flowId = receipt.FlowId ?? await StartAnywayAsync(cluster, received, policy, cancellationToken);
        var flow = await cluster.FollowAsync(flowId, static _ => { }, cancellationToken);
        return new DryRunAnswer(
            receipt.Started,
            receipt.Reason,
            flow.Routing!,
            attempt.Plan?.Prompt,
            attempt.Plan?.Command,
            attempt.Environment,
            flow.Routing!.Specialty is null ? null : flow.Branch,
            [.. attempt.Plan?.Tests.Select(test => test.Command) ?? []],
            effects.PullRequest,
            effects.Comment,
            effects.Timeline);
    }

    private string PolicyPlace => request.PolicyFile ?? RepositoryPolicy.Path;

    private async Task<RepositoryFile?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (path == RepositoryPolicy.Path && request.PolicyFile is { } given)
            return new RepositoryFile(await ReadGivenAsync(given, cancellationToken), new CommitId(new string('0', 40)));
        return request.Repository is { } repository
            ? await repository.ReadAsync(await repository.DefaultBranchAsync(cancellationToken), path, cancellationToken)
            : null;
    }

    private static async Task<string> ReadGivenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--policy {path}", $"The file cannot be read: {unreadable.Message}", "Give the path of a policy file.");
        }
    }

    /// <summary>The event starts nothing, but the person wants to see what would happen if it did.</summary>
    private static async Task<string> StartAnywayAsync(LocalCluster cluster, IssueEvent received, RepositoryPolicy policy, CancellationToken cancellationToken)
    {
        var flow = new FlowState
        {
            FlowId = new FlowAddress(received.Repository.Id, received.Issue.Number, received.Issue.UpdatedAt).FlowId(generation: 1),
            Repository = received.Repository,
            Issue = received.Issue,
            Requester = received.Sender,
            Policy = policy,
        };
        return await cluster.Client.ScheduleNewIssueToPullRequestInstanceAsync(
            flow, new StartOrchestrationOptions(flow.FlowId), cancellationToken);
    }
}
