using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class HistoryFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task History_holds_the_steps_in_order_and_each_answer_names_its_call()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", async context =>
            {
                await context.CallActivityAsync("A");
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return await context.CallSubOrchestratorAsync<string>("Child");
            })
            .AddOrchestratorFunc<string>("Child", _ => Task.FromResult("done"))
            .AddActivityFunc("A", (TaskActivityContext _) => { }));
        var end = await cluster.RunAsync("Flow");

        var history = await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId);

        string[] expected =
        [
            "OrchestratorStarted", "ExecutionStarted", "TaskScheduled #0", "OrchestratorCompleted",
            "OrchestratorStarted", "TaskCompleted #0", "TimerCreated #1", "OrchestratorCompleted",
            "OrchestratorStarted", "TimerFired #1", "SubOrchestrationCreated #2", "OrchestratorCompleted",
            "OrchestratorStarted", "SubOrchestrationCompleted #2", "ExecutionCompleted",
        ];
        Assert.Equal(expected, history.Select(Text));
        var steps = history.OfType<OrchestratorStarted>().Select(step => step.Timestamp).ToList();
        Assert.Equal(steps.Order(), steps);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_history_read_while_its_instance_begins_again_is_the_new_one_and_not_empty(bool readOnly)
    {
        var reading = 0;
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, string>("Again", async (context, generation) =>
        {
            await context.WaitForExternalEvent<int>("Go");
            if (generation == 0)
                context.ContinueAsNew(1);
            return "done";
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Again", 0);
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(id);
        cluster.Store.BeforeHistoryAsync = async _ =>
        {
            // Between the two reads, once: the second generation begins and takes its first step.
            if (Interlocked.Increment(ref reading) > 1)
                return;
            await cluster.Client.RaiseEventAsync(id, "Go", 1);
            await cluster.Store.WaitForAsync<OrchestratorCompleted>(id, times: 2);
        };

        var client = readOnly ? new DurableTaskClient(new ReadOnlyTaskHub(cluster.Store)) : cluster.Client;
        var history = await client.GetOrchestrationHistoryAsync(id);

        Assert.Equal("1", history.OfType<ExecutionStarted>().Single().Input);
    }

    [Fact]
    public async Task Of_an_execution_that_is_not_the_current_one_there_is_no_history()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Ends", _ => Task.FromResult("done")));
        var end = await cluster.RunAsync("Ends");

        Assert.Empty(await cluster.Hub.ReadHistoryAsync(end.InstanceId, "another", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    private static string Text(HistoryEvent happened) => happened switch
    {
        TaskScheduled call => $"{nameof(TaskScheduled)} #{call.TaskId}",
        TaskCompleted answer => $"{nameof(TaskCompleted)} #{answer.TaskId}",
        TimerCreated call => $"{nameof(TimerCreated)} #{call.TaskId}",
        TimerFired answer => $"{nameof(TimerFired)} #{answer.TaskId}",
        SubOrchestrationCreated call => $"{nameof(SubOrchestrationCreated)} #{call.TaskId}",
        SubOrchestrationCompleted answer => $"{nameof(SubOrchestrationCompleted)} #{answer.TaskId}",
        _ => happened.GetType().Name,
    };
}
