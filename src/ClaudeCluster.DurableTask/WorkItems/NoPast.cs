using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.WorkItems;

/// <summary>Of an execution's first step.</summary>
internal sealed class NoPast : IPastEvents
{
    public static NoPast Instance { get; } = new();

    public Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HistoryEvent>>([]);
}
