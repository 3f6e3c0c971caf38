using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

/// <summary>Several coordinators may share one database: a token that one of them takes away is worth nothing at the others within seconds.</summary>
internal sealed class RegistryWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public RegistryWatch(AgentRegistry registry, TimeSpan every, TimeProvider time, ILogger logger) => _watching = WatchAsync(registry, every, time, logger);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(AgentRegistry registry, TimeSpan every, TimeProvider time, ILogger logger)
    {
        using var timer = new PeriodicTimer(every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await LookAsync(registry, logger);
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    private async Task LookAsync(AgentRegistry registry, ILogger logger)
    {
        try
        {
            await registry.LoadAsync(_stop.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.AgentsNotRead(e);
        }
    }
}
