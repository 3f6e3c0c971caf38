using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.GitHub;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

/// <summary>An open flow, when it began, and when it last did or heard anything.</summary>
internal sealed record OpenFlow(FlowState State, DateTimeOffset StartedAt, DateTimeOffset LastUpdatedAt);

/// <summary>
/// The third door, for what came by neither of the others: GitHub sends an event once, and whoever was away has missed it. Slowly and at next
/// to no cost it asks how things stand, and hands in what should have been told; the doors' own rules decide what comes of that. What is
/// handed in twice, by this door or another, is one: by the event's key, or because the flow is open already.
/// </summary>
internal sealed class Reconciler : IAsyncDisposable
{
    private static readonly OrchestrationRuntimeStatus[] Open = [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    private readonly CancellationTokenSource _stop = new();
    private readonly DurableTaskClient _client;
    private readonly ILostEvents _gitHub;
    private readonly LostLabelSearch _labels;
    private readonly LostCommandSearch _commands;
    private readonly LostNewsSearch _news;
    private readonly ReconcilerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _looking;
    private DateTimeOffset _pausedUntil;

    public Reconciler(DurableTaskClient client, ILostEvents gitHub, IRepositoryFiles files, Doors doors, Audit audit, ReconcilerOptions options, TimeProvider time, ILogger logger)
    {
        (_client, _gitHub, _options, _time, _logger) = (client, gitHub, options, time, logger);
        _labels = new LostLabelSearch(gitHub, files, doors, new LostStopSearch(gitHub, doors), audit, time);
        _commands = new LostCommandSearch(client, gitHub, doors, audit, options.CommandsAfter, time);
        _news = new LostNewsSearch(gitHub, doors, options.PullRequestsEvery, time);
        _looking = Task.Run(LookAgainAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private async Task LookAgainAsync()
    {
        using var timer = new PeriodicTimer(_options.Every, _time);
        try
        {
            do
                await TryAsync("flows", LookAsync);
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (_pausedUntil > _time.GetUtcNow())
            return;
        var flows = await ReadFlowsAsync(cancellation);
        var repositories = await _gitHub.ListRepositoriesAsync(_options.Repositories, [.. flows.Select(flow => flow.State.Repository).DistinctBy(repository => repository.Id)], cancellation);
        foreach (var repository in repositories)
        {
            await TryAsync(repository.Repository.FullName, token => _labels.LookAsync(repository, flows, token));
            await TryAsync(repository.Repository.FullName, token => _commands.LookAsync(repository.Repository, flows, token));
        }

        foreach (var flow in _news.Due(flows))
            await TryAsync(flow.State.FlowId, token => _news.LookAsync(flow, token));
    }

    /// <summary>One that fails does not keep the others waiting; a limit of GitHub's does, for it is of all of them.</summary>
    private async Task TryAsync(string what, Func<CancellationToken, Task> look)
    {
        if (_pausedUntil > _time.GetUtcNow())
            return;
        try
        {
            await look(_stop.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            if (failure is GitHubException { RetryAt: { } at })
                _pausedUntil = at;
            _logger.NotReconciled(what, failure);
        }
    }

    private async Task<IReadOnlyList<OpenFlow>> ReadFlowsAsync(CancellationToken cancellation)
    {
        var flows = new List<OpenFlow>();
        await foreach (var instance in _client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: Open, InstanceIdPrefix: "issue-", FetchInputsAndOutputs: true), cancellation))
        {
            // The attempts of a flow have its id as the beginning of theirs.
            if (instance.Name == nameof(IssueToPullRequest) && instance.ReadFlow() is { } flow)
                flows.Add(new OpenFlow(flow, instance.CreatedAt, instance.LastUpdatedAt));
        }

        return flows;
    }
}
