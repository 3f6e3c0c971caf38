using ClaudeCluster.DurableTask.Hub;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>Takes the work that its registry has code for, runs it, and hands in the result.</summary>
public sealed class DurableTaskWorker
{
    public DurableTaskWorker(
        ITaskHub hub, DurableTaskRegistry registry, IServiceProvider services, DurableTaskWorkerOptions options, TimeProvider time, ILoggerFactory? logs = null)
    {
        _ = (hub, registry, services, options, time, logs);
    }

    /// <summary>Works until the token is cancelled, then drains: what runs may end, what does not end in time is abandoned.</summary>
    public Task RunAsync(CancellationToken cancellation) => throw new NotImplementedException();
}
