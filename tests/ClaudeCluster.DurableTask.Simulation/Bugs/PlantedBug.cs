using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Simulation.Bugs;

/// <summary>A fault in the engine, played by a decorator: the simulation must find it. No switch in the product is needed for any of them.</summary>
internal sealed record PlantedBug(string Name, Func<ITaskHubStore, World, ITaskHubStore> Around, Func<WarmInstances>? NewWarmInstances = null)
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("a stale completion is written", (store, _) => new NoFence(store)),
        new("answered before it is durable", (store, world) => new AnswersFirst(store, world)),
        new("continue-as-new forgets what it carries", (store, _) => new Forgets(store)),
        new("a timer rings twice", (store, _) => new RingsTwice(store)),
        new("a wake-up is lost", (store, world) => new Deaf(store, world)),
        new("two events change places", (store, _) => new Overtakes(store)),
        new("a rewind does not ask again", (store, _) => new AsksOnce(store)),
        new("a warm instance is stale", (store, _) => store, () => new StaleInstances()),
    ];

    public override string ToString() => Name;
}
