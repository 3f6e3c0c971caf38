using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.Runner;

/// <summary>The hub of one run: its own, which nobody else may have open, or one elsewhere.</summary>
internal abstract class RunHub : IAsyncDisposable
{
    public abstract ITaskHub Hub { get; }

    /// <summary>Opens it: from here on, its work is this process's.</summary>
    public abstract Task OpenAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>A hub in this process, over a store that is closed with it.</summary>
    public static RunHub Over(ITaskHubStore store, TimeProvider time) => new Own(store, time);

    private sealed class Own(ITaskHubStore store, TimeProvider time) : RunHub
    {
        private readonly LocalTaskHub _hub = new(store, time);

        public override ITaskHub Hub => _hub;

        public override Task OpenAsync(CancellationToken cancellationToken) => _hub.OpenAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await _hub.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}
