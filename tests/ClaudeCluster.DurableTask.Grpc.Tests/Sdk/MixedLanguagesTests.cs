using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Sdk;

/// <summary>One hub, workers in two languages.</summary>
public sealed class MixedLanguagesTests
{
    [Fact]
    public async Task An_orchestrator_in_JavaScript_calls_an_activity_in_CSharp()
    {
        await using var hub = await TestHub.StartAsync();
        hub.StartWorker(tasks => tasks.AddActivityFunc<int, int>("Twice", (_, number) => Task.FromResult(2 * number)));
        await using var node = NodeProcess.Start(hub.Address, "mixed-worker.mjs", "callsAbroad");
        await node.ReadyAsync();
        var client = hub.NewClient();

        var id = await client.ScheduleNewOrchestrationInstanceAsync("callsAbroad", 21);
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TestHub.Patience);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, 42), (end.RuntimeStatus, end.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task An_orchestrator_in_CSharp_calls_activities_and_a_child_in_JavaScript_and_hears_their_failures()
    {
        await using var hub = await TestHub.StartAsync();
        await using var node = NodeProcess.Start(hub.Address, "mixed-worker.mjs", "sequence", "plusOne", "nothing", "breaks");
        await node.ReadyAsync();
        hub.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", async context =>
        {
            var number = await context.CallActivityAsync<int>("plusOne", 41);
            var child = await context.CallSubOrchestratorAsync<int>("sequence", 10);
            await context.CallActivityAsync("nothing");
            try
            {
                await context.CallActivityAsync("breaks");
                return "unreached";
            }
            catch (TaskFailedException e)
            {
                return $"{number} {child} {e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage}";
            }
        }));
        var client = hub.NewClient();

        var id = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TestHub.Patience);

        Assert.Equal("42 15 TypeError: broken for ever", end.ReadOutputAs<string>());
    }
}
