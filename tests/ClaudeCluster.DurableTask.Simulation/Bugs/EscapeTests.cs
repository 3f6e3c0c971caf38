using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.DurableTask.Simulation.Bugs;

/// <summary>The simulation's own alarm: whatever leaves its thread would make a run depend on more than its seed.</summary>
public sealed class EscapeTests
{
    private const int Seeds = 20;

    // Tests that block all the pool's threads would leave what escapes waiting for one, while virtual hours go by.
    static EscapeTests() => ThreadPool.SetMinThreads(32, 32);

    [Fact]
    public void A_store_call_that_comes_back_from_the_thread_pool_is_detected() => AssertDetects(async () => await Task.Run(() => { }));

    [Fact]
    public void A_store_call_that_goes_on_on_the_thread_pool_is_detected() => AssertDetects(() => Task.Run(() => { }), staysThere: true);

    [Fact]
    public void A_store_call_that_waits_by_the_real_clock_is_detected() => AssertDetects(() => Task.Delay(1));

    private static void AssertDetects(Func<Task> escape, bool staysThere = false)
    {
        var bug = new PlantedBug("a store call escapes", (store, _) => new Escapes(store, escape, staysThere));
        for (var seed = 0; seed < Seeds; seed++)
        {
            var failure = Assert.IsType<SimulationException>(Simulation.Run(seed, bug: bug).Failure);
            Assert.StartsWith("escape: ", failure.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Every call goes by way of another thread, and comes back to the caller's or does not.</summary>
    private sealed class Escapes(ITaskHubStore inner, Func<Task> escape, bool staysThere) : StoreDecorator(inner)
    {
        protected override async Task<T> AroundAsync<T>(string what, Func<Task<T>> call, bool writes = false)
        {
            await escape().ConfigureAwait(!staysThere);
            return await call();
        }
    }
}
