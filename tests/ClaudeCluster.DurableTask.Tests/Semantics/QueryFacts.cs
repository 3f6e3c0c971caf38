using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class QueryFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Queries_filter_by_status_prefix_and_time_and_page_in_the_order_of_creation()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        for (var i = 0; i < 25; i++)
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Q", i, new StartOrchestrationOptions($"{(i % 2 == 0 ? "even'%" : "odd_")}-{i:00}"));
            time.Advance(TimeSpan.FromMinutes(1));
        }

        await cluster.Client.TerminateInstanceAsync("even'%-04");
        var began = new FakeTime().GetUtcNow();

        Assert.Equal(Enumerable.Range(0, 25), (await Ids(cluster, new OrchestrationQuery(PageSize: 7))).Select(Number));
        Assert.Equal(13, (await Ids(cluster, new OrchestrationQuery(InstanceIdPrefix: "even'%"))).Count);
        Assert.Empty(await Ids(cluster, new OrchestrationQuery(InstanceIdPrefix: "odd%")));
        Assert.Equal([4], (await Ids(cluster, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Terminated]))).Select(Number));
        Assert.Equal([20, 21, 22], (await Ids(cluster, new OrchestrationQuery(began.AddMinutes(20), began.AddMinutes(22)))).Select(Number));
    }

    [Fact]
    public async Task A_query_has_inputs_only_if_it_asks_for_them()
    {
        await using var cluster = await OpenAsync();
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Q", "secret");

        var without = await cluster.Client.GetAllInstancesAsync().SingleAsync();
        var with = await cluster.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)).SingleAsync();

        Assert.Null(without.SerializedInput);
        Assert.Throws<InvalidOperationException>(() => without.ReadInputAs<string>());
        Assert.Equal("secret", with.ReadInputAs<string>());
    }

    private static int Number(string id) => int.Parse(id[^2..], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<List<string>> Ids(Cluster cluster, OrchestrationQuery query) =>
        await cluster.Client.GetAllInstancesAsync(query).Select(instance => instance.InstanceId).ToListAsync();
}
