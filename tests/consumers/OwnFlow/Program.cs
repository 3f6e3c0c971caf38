using ClaudeCluster.Orchestrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OwnFlow;

// A program of somebody else: the flow of the package with a step of its own, on a hub of its own.
var hub = args.Length > 0 ? args[0] : Sdk.Hub;

var builder = Host.CreateApplicationBuilder();
var page = new ConsolePage();
builder.Services
    .AddSingleton<IRoles>(page).AddSingleton<IRepositoryFiles>(page).AddSingleton<IIssuePage>(page).AddSingleton<IPullRequests>(page)
    .AddSingleton<IFleet, ThisProgram>()
    .AddSdk(hub, tasks => tasks
        .AddIssueToPullRequest<FlowWithLicenceCheck>()
        .AddAllGeneratedTasks()
        .AddActivity<PretendToWork>(AgentAddress.Any(new Specialty("backend"))));
using var host = builder.Build();
await host.StartAsync();

var client = host.Services.GetRequiredService<DurableTaskClient>();
var received = new IssueEvent.Labeled("claude")
{
    Key = "an-event",
    Repository = new RepositoryRef(1, "somebody/else", "main", IsPublic: false),
    Issue = new IssueSnapshot { Number = 5, Title = "The server answers slowly", Labels = ["claude"], Author = "somebody" },
    Sender = new Requester("somebody", 1, IsBot: false),
};
var id = await client.ScheduleNewReceiveEventInstanceAsync(new EventDelivery(received));
var receipt = (await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true)).ReadOutputAs<EventReceipt>()!;
var flow = (await client.WaitForInstanceCompletionAsync(receipt.FlowId!, getInputsAndOutputs: true)).ReadOutputAs<FlowState>()!;
await host.StopAsync();

Console.WriteLine($"{flow.FlowId}: {flow.Phase}, {flow.PullRequest?.Url}");
return flow.Phase == FlowPhase.Review ? 0 : 1;
