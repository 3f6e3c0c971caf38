using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask;

/// <summary>The engine's parts in a host.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>A hub in this process over the given store. It opens when the host starts, before the workers.</summary>
    public static IServiceCollection AddDurableTaskHub(
        this IServiceCollection services, Func<IServiceProvider, ITaskHubStore> store, LocalTaskHubOptions? options = null)
    {
        AddClock(services);
        services.AddSingleton(store);
        services.AddSingleton(provider => new LocalTaskHub(
            provider.GetRequiredService<ITaskHubStore>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<ILoggerFactory>(), options));
        services.AddSingleton<ITaskHub>(provider => provider.GetRequiredService<LocalTaskHub>());
        return services.AddHostedService<HubOpening>();
    }

    /// <summary>A client of the registered hub.</summary>
    public static IServiceCollection AddDurableTaskClient(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new DurableTaskClient(provider.GetRequiredService<ITaskHub>()));
        return services;
    }

    /// <summary>A worker of the registered hub. Each call adds one more.</summary>
    public static IServiceCollection AddDurableTaskWorker(
        this IServiceCollection services, DurableTaskWorkerOptions options, Action<DurableTaskRegistry> addTasks)
    {
        AddClock(services);
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        return services.AddSingleton<IHostedService>(provider => new WorkerService(new DurableTaskWorker(
            provider.GetRequiredService<ITaskHub>(),
            registry,
            provider,
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>())));
    }

    private static void AddClock(IServiceCollection services) =>
#pragma warning disable RS0030 // A host that names no clock gets the real one; this is where it is composed.
        services.TryAddSingleton(TimeProvider.System);
#pragma warning restore RS0030

    /// <summary>Opens before any service starts, so that it does not matter whether the hub or a worker was added first.</summary>
    private sealed class HubOpening(LocalTaskHub hub) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => hub.OpenAsync(cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class WorkerService(DurableTaskWorker worker) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => worker.RunAsync(stoppingToken);
    }
}
