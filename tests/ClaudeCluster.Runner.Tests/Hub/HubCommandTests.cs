using System.Net;
using System.Net.Sockets;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster hub</c> as a process, used as any SDK uses it.</summary>
public sealed class HubCommandTests
{
    private const int FlowsPerKill = 10;

    [Fact]
    public async Task It_says_where_it_listens_serves_and_ends_in_order()
    {
        await using var playground = Playground.Create();
        var process = playground.Start("hub", "--listen", "127.0.0.1:0", "--store", "hub.db", "--json");
        await process.SaysAsync("}");
        process.Terminate();
        var ended = await process.EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        Schema.Check("hub", ended.Json);
        Assert.Equal(playground.At("hub.db"), ended.Json!["store"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("4001", "is no address and port")]
    [InlineData("0.0.0.0:4001", "can be reached from other machines")]
    public async Task An_address_that_is_none_or_not_safe_is_refused(string listen, string reason)
    {
        await using var playground = Playground.Create();

        var refused = await playground.CallAsync("hub", "--listen", listen, "--store", "memory");

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--store", "mysql://db", "neither a file nor a postgresql:// address")]
    [InlineData("--store", "postgresql://me:secret@/x", "does not read as")]
    [InlineData("--token-from", "NOBODY_SET_ME", "NOBODY_SET_ME is missing")]
    [InlineData("--certificate", "none.pem", "cannot be used")]
    [InlineData("--lease", "0", "1 to 86400")]
    public async Task What_cannot_be_used_is_refused_with_the_reason(string option, string value, string reason)
    {
        await using var playground = Playground.Create();

        var refused = await playground.CallAsync("hub", "--listen", "127.0.0.1:0", option, value);

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var playground = Playground.Create();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var refused = await playground.CallAsync("hub", "--listen", other.LocalEndpoint.ToString()!, "--store", "memory");

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("cannot be listened on", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_random_moments_and_started_again_it_loses_nothing_and_doubles_nothing()
    {
        await using var playground = Playground.Create();
        var port = FreePorts.Take();
        string[] command = ["hub", "--listen", $"127.0.0.1:{port}", "--store", "hub.db", "--lease", "2", "--grace", "2"];
        var random = new Random(11);
        var options = new RemoteTaskHubOptions { Patience = TimeSpan.FromMinutes(2), ReconnectAfter = TimeSpan.FromMilliseconds(50), ReconnectAtMostAfter = TimeSpan.FromMilliseconds(500) };
        await using var hub = new RemoteTaskHub(HubAddress.Parse($"127.0.0.1:{port}"), options, TimeProvider.System, random);
        using var stop = new CancellationTokenSource();
        var worker = WorkAsync(hub, stop.Token);
        var client = new DurableTaskClient(hub);
        var process = playground.Start(command);
        await process.SaysAsync("listens on");
        List<Task<OrchestrationMetadata>> flows = [];

        for (var kill = 0; kill < 5 * Scale; kill++)
        {
            flows.AddRange(Enumerable.Range(0, FlowsPerKill).Select(n => RunAsync(client, $"flow-{kill}-{n}")));
            // The moment of death is what is tried here.
            await Task.Delay(random.Next(50, 600), TestContext.Current.CancellationToken);
            process.Kill();
            await process.EndAsync();
            process = playground.Start(command);
            await process.SaysAsync("listens on");
        }

        Assert.All(await Task.WhenAll(flows).WaitAsync(TimeSpan.FromMinutes(3)), end => Assert.Equal((OrchestrationRuntimeStatus.Completed, 5), (end.RuntimeStatus, end.ReadOutputAs<int>())));
        Assert.Equal(flows.Count, await client.GetAllInstancesAsync().CountAsync(TestContext.Current.CancellationToken));
        await stop.CancelAsync();
        await worker;
    }

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), out var scale) ? Math.Max(1, scale) : 1;

    private static async Task<OrchestrationMetadata> RunAsync(DurableTaskClient client, string id)
    {
        while (true)
        {
            try
            {
                await client.ScheduleNewOrchestrationInstanceAsync("Sequence", 0, new StartOrchestrationOptions(id));
                break;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                break; // The hub had it, and died before it could say so.
            }
            catch (ClaudeCluster.DurableTask.Grpc.RpcException)
            {
                // Whether the hub has it is not known; the id makes asking again safe.
            }
        }

        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
    }

    private static Task WorkAsync(RemoteTaskHub hub, CancellationToken cancellation)
    {
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<int, int>("PlusOne", (_, number) => Task.FromResult(number + 1))
            .AddOrchestratorFunc<int, int>("Sequence", async (context, number) =>
            {
                for (var i = 0; i < 5; i++)
                    number = await context.CallActivityAsync<int>("PlusOne", number);
                return number;
            });
        var worker = new DurableTaskWorker(
            hub, registry, new ServiceCollection().BuildServiceProvider(), new DurableTaskWorkerOptions { WorkerId = "test" }, TimeProvider.System);
        return Task.Run(() => worker.RunAsync(cancellation), CancellationToken.None);
    }
}
