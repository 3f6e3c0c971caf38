using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What every hub must do, on every store. A class that derives from this one says which.</summary>
public abstract class HubFacts
{
    internal abstract ITaskHubStore NewStore();

    internal Task<Cluster> OpenAsync(TimeProvider? time = null) => Cluster.OpenAsync(NewStore(), time);
}
