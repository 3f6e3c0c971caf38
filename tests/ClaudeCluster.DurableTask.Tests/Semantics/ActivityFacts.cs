using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class ActivityFacts : HubFacts
{
    [Fact]
    public async Task A_chain_of_activities_passes_each_result_on()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, int>("Chain", async (context, input) =>
            {
                for (var i = 0; i < 5; i++)
                    input = await context.CallActivityAsync<int>("AddOne", input);
                return input;
            })
            .AddActivityFunc<int, int>("AddOne", (_, number) => number + 1));

        var end = await cluster.RunAsync("Chain", 10);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(15, end.ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_fan_out_of_100_gives_the_results_in_the_order_of_the_calls()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int[]>("FanOut", context =>
                Task.WhenAll(Enumerable.Range(0, 100).Select(i => context.CallActivityAsync<int>("Square", i))))
            .AddActivityFunc<int, int>("Square", (_, number) => number * number));

        var end = await cluster.RunAsync("FanOut");

        Assert.Equal(Enumerable.Range(0, 100).Select(i => i * i), end.ReadOutputAs<int[]>());
    }
}

public sealed class MemoryActivityFacts : ActivityFacts
{
    internal override ITaskHubStore NewStore() => new MemoryHubStore();
}
