using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.GitHub;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

/// <summary>Takes the flows' steps, beside the hub or from one elsewhere. What an agent does is not among them.</summary>
internal sealed class FlowWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services;
    private readonly Task _working;

    public FlowWorker(ITaskHub hub, IGitHub gitHub, IFeedback? feedback, IFleet fleet, TimeProvider time, ILoggerFactory? logs)
    {
        var services = new ServiceCollection();
        if (feedback is not null)
            services.AddSingleton(feedback);
        _services = services
            .AddSingleton<IRoles>(gitHub).AddSingleton<IRepositoryFiles>(gitHub).AddSingleton<IIssuePage>(gitHub).AddSingleton<IPullRequests>(gitHub)
            .AddSingleton(fleet)
            .AddSingleton(new DurableTaskClient(hub))
            .AddSingleton(time)
            .BuildServiceProvider();
        var registry = new DurableTaskRegistry().AddIssueToPullRequest();
        var worker = new DurableTaskWorker(hub, registry, _services, new DurableTaskWorkerOptions { WorkerId = $"flows-{Guid.CreateVersion7(time.GetUtcNow()):N}", ExceptionProperties = GitHubFailure.Describe }, time, logs);
        _working = Task.Run(() => worker.RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>What is begun ends; the rest is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _working;
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }

        await _services.DisposeAsync();
        _stop.Dispose();
    }
}
