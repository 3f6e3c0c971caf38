using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>A hub in the worker's own process that fails ends the worker. Not so over the wire: there a worker waits for its hub to come back.</summary>
public abstract class HubTroubleFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_failure_of_the_hub_is_thrown_though_other_work_never_ends()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { DrainTimeout = TimeSpan.Zero, StopTimeout = TimeSpan.Zero };
        cluster.Store.BeforeCommit = batch =>
        {
            if (batch.Messages.Any(message => message.Event is TaskCompleted))
                throw new IOException("The disk is full.");
        };
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", async context =>
            {
                await Task.WhenAll(context.CallActivityAsync("Deaf"), context.CallActivityAsync("Quick"));
                return "unreached";
            })
            .AddActivityFunc<object?, object?>("Deaf", async (_, _) =>
            {
                entered.SetResult();
                await leave.Task;
                return null;
            })
            .AddActivityFunc<object?, object?>("Quick", async (_, _) =>
            {
                await entered.Task;
                return null;
            }));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");

        await Assert.ThrowsAsync<IOException>(cluster.WorkersEndAsync);
        leave.SetResult();
    }

    [Fact]
    public async Task A_hub_that_cannot_be_read_ends_the_worker_and_not_the_orchestration()
    {
        var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumWarmInstances = 0 };
        cluster.Store.BeforeHistory = _ => throw new IOException("The disk is gone.");
        cluster.StartWorker(AddTwoSteps);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await Assert.ThrowsAsync<IOException>(cluster.WorkersEndAsync);
        await cluster.DisposeAsync();

        await using var next = await OpenAsync(SameStore());
        next.StartWorker(AddTwoSteps);

        Assert.Equal("done", (await next.EndOfAsync(id)).ReadOutputAs<string>());
    }

    /// <summary>The second step reads what the first one wrote, unless it is remembered.</summary>
    private static void AddTwoSteps(DurableTaskRegistry tasks) => tasks
        .AddActivityFunc<string>("Work", _ => "done")
        .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Work"));
}
