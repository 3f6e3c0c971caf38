using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Simulation.Bugs;

/// <summary>A fault in the engine, played by a decorator: the simulation must find it.</summary>
internal abstract class PlantedBug
{
    public virtual ITaskHubStore Around(ITaskHubStore store, World world) => store;

    public virtual WarmInstances? NewWarmInstances() => null;
}
