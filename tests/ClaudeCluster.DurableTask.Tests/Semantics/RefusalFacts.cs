using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What cannot be meant is refused where it is asked for, and changes nothing.</summary>
public abstract class RefusalFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_page_of_nothing_and_a_status_that_is_none_are_refused()
    {
        await using var cluster = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await cluster.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 0)).ToListAsync());
        await Assert.ThrowsAsync<ArgumentException>(async () => await cluster.Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", null, new StartOrchestrationOptions { DedupeStatuses = ["Runing"] }));
    }

    [Fact]
    public async Task What_no_store_keeps_as_it_is_is_no_instance_id()
    {
        string[] ids = [string.Empty, " ", "a\0b", $"half{(char)0xD83D}"];
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, string>("Parent", (context, i) =>
            context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: ids[i]))));

        for (var i = 0; i < ids.Length; i++)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => cluster.RunAsync("Any", instanceId: ids[i]));
            Assert.True((await cluster.RunAsync("Parent", i)).FailureDetails!.IsCausedBy<ArgumentException>());
        }
    }

    [Fact]
    public async Task A_task_without_a_name_is_refused_where_it_is_asked_for()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Activity", context => context.CallActivityAsync<string>(default))
            .AddOrchestratorFunc<string>("Child", context => context.CallSubOrchestratorAsync<string>(default))
            .AddOrchestratorFunc<string>("Event", context =>
            {
                context.SendEvent(null!, "E", 1);
                return Task.FromResult("unreached");
            }));

        await Assert.ThrowsAnyAsync<ArgumentException>(() => cluster.RunAsync(default));
        foreach (var name in new[] { "Activity", "Child", "Event" })
            Assert.True((await cluster.RunAsync(name)).FailureDetails!.IsCausedBy<ArgumentException>());
    }
}
