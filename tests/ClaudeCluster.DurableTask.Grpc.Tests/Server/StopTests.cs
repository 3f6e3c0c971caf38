using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

/// <summary>A server that stops in order, while somebody waits for an instance.</summary>
public sealed class StopTests
{
    /// <summary>Less than Kestrel gives to calls that do not end.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(Until.Started)]
    [InlineData(Until.Completed)]
    public async Task It_waits_for_no_wait_and_the_wait_goes_on_at_the_server_that_comes_after(Until until)
    {
        var store = new MemoryHubStore();
        var port = FreePorts.Take();
        var arrived = new TaskCompletionSource();
        var server = new TaskHubServerOptions
        {
            Access = _ =>
            {
                arrived.TrySetResult();
                return HubGrant.Everything;
            },
        };
        var first = await TestHub.StartAsync(store, server: server, port: port);
        await new DurableTaskClient(first.Hub).ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions("flow"));
        await using var remote = new RemoteTaskHub(new HubAddress(first.Address), new RemoteTaskHubOptions(), TimeProvider.System, new Random(1));
        var wait = remote.WaitAsync("flow", until, payloads: false);
        await arrived.Task.WaitAsync(TestHub.Patience);

        await first.DisposeAsync().AsTask().WaitAsync(Promptly);

        Assert.False(wait.IsCompleted);
        await using var second = await TestHub.StartAsync(store, port: port);
        await second.Hub.RequestAsync("flow", new InstanceRequest.Terminate(null));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await wait.WaitAsync(TestHub.Patience))?.Status);
    }
}
