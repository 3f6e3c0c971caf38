using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What every hub must do, on every store and over the wire. A class that derives from this one says which.</summary>
public abstract class HubFacts(StoreKind kind) : IDisposable
{
    private readonly TestStores _stores = new(kind);

    public void Dispose()
    {
        _stores.Dispose();
        GC.SuppressFinalize(this);
    }

    internal ITaskHubStore NewStore() => _stores.New();

    /// <summary>The same store as before, as a new process would find it.</summary>
    internal ITaskHubStore SameStore() => _stores.Reopened();

    internal Task<Cluster> OpenAsync(TimeProvider? time = null) => OpenAsync(NewStore(), time);

    internal Task<Cluster> OpenAsync(ITaskHubStore store, TimeProvider? time = null, LocalTaskHubOptions? options = null) =>
        Cluster.OpenAsync(store, time, options, isServed: kind == StoreKind.Wire);
}
