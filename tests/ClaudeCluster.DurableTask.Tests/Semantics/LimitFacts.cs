using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What is too big is refused where it is handed in, with what it is, how big it is, the limit and what to do.</summary>
public abstract class LimitFacts(StoreKind kind) : HubFacts(kind)
{
    private static readonly string Big = new('x', 2_000);

    [Fact]
    public async Task A_client_that_hands_in_too_much_is_told_so()
    {
        await using var cluster = await OpenSmallAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Nobody");
        var tags = Enumerable.Range(0, 9).ToDictionary(i => $"{i}", _ => new string('t', 999));

        await RefusedAsync("The input has 2,002 bytes; the limit is 1,000 (MaximumPayloadBytes)", () => cluster.Client.ScheduleNewOrchestrationInstanceAsync("A", Big));
        await RefusedAsync("The orchestration's name has 301", () => cluster.Client.ScheduleNewOrchestrationInstanceAsync(new string('n', 301)));
        await RefusedAsync("The version has 101", () => StartAsync(new StartOrchestrationOptions { Version = new string('v', 101) }));
        await RefusedAsync("The tags has 9,000", () => StartAsync(new StartOrchestrationOptions { Tags = tags }));
        await RefusedAsync("at most 256 characters; this one has 257", () => StartAsync(new StartOrchestrationOptions(new string('i', 257))));
        await RefusedAsync("The payload of event 'E' has 2,002", () => cluster.Client.RaiseEventAsync(id, "E", Big));
        await RefusedAsync("The event's name has 301", () => cluster.Client.RaiseEventAsync(id, new string('e', 301)));
        await RefusedAsync("The output has 2,002", () => cluster.Client.TerminateInstanceAsync(id, Big));
        await RefusedAsync("The reason has 2,000", () => cluster.Client.SuspendInstanceAsync(id, Big));
        await RefusedAsync("The reason has 2,000", () => cluster.Client.ResumeInstanceAsync(id, Big));
        await RefusedAsync("The reason has 2,000", () => cluster.Client.RewindInstanceAsync(id, Big));

        Assert.Equal(id, (await cluster.Client.GetAllInstancesAsync().SingleAsync()).InstanceId);

        Task StartAsync(StartOrchestrationOptions options) => cluster.Client.ScheduleNewOrchestrationInstanceAsync("A", null, options);
    }

    [Theory]
    [InlineData("activity-input", "The input of activity 'A' (#0) has 2,002 bytes")]
    [InlineData("activity-name", "An activity's name has 301 characters")]
    [InlineData("activity-tags", "The tags of activity 'A' (#0) has 8,001 characters")]
    [InlineData("activity-version", "The version has 101 characters")]
    [InlineData("child-input", "The input of sub-orchestration 'C' (#0) has 2,002 bytes")]
    [InlineData("child-name", "A sub-orchestration's name has 301 characters")]
    [InlineData("child-tags", "The tags of sub-orchestration 'C' (#0) has 8,001 characters")]
    [InlineData("child-version", "The version has 101 characters")]
    [InlineData("event", "The payload of event 'E' (#0) has 2,002 bytes")]
    [InlineData("event-name", "An event's name has 301 characters")]
    [InlineData("status", "The custom status has 2,002 bytes")]
    [InlineData("output", "The output has 2,002 bytes")]
    [InlineData("next", "The input of the next generation has 2,002 bytes")]
    public async Task One_action_that_is_too_big_fails_its_orchestration_and_does_nothing(string what, string expected)
    {
        await using var cluster = await OpenSmallAsync();
        var tags = new Dictionary<string, string> { ["t"] = new('t', 8_000) };
        var (name, version) = (new string('n', 301), new TaskOptions { Version = new string('v', 101) });
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", async context =>
        {
            switch (what)
            {
                case "activity-input": return await context.CallActivityAsync<string>("A", Big);
                case "activity-name": return await context.CallActivityAsync<string>(name);
                case "activity-tags": return await context.CallActivityAsync<string>("A", new TaskOptions(tags: tags));
                case "activity-version": return await context.CallActivityAsync<string>("A", version);
                case "child-input": return await context.CallSubOrchestratorAsync<string>("C", Big);
                case "child-name": return await context.CallSubOrchestratorAsync<string>(name);
                case "child-tags": return await context.CallSubOrchestratorAsync<string>("C", new TaskOptions(tags: tags));
                case "child-version": return await context.CallSubOrchestratorAsync<string>("C", version);
                case "event": context.SendEvent("x", "E", Big); break;
                case "event-name": context.SendEvent("x", name, 1); break;
                case "status": context.SetCustomStatus(Big); break;
                case "next": context.ContinueAsNew(Big); break;
                case "output": return Big;
            }

            return "small";
        }));

        var end = await cluster.RunAsync("Flow");

        Assert.Equal((OrchestrationRuntimeStatus.Failed, FailureTypes.TooLarge, true), (end.RuntimeStatus, end.FailureDetails!.ErrorType, end.FailureDetails.IsNonRetriable));
        Assert.StartsWith(expected, end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Null(end.SerializedCustomStatus);
        Assert.Single(await cluster.Client.GetAllInstancesAsync().ToListAsync());
    }

    [Fact]
    public async Task A_result_that_is_too_big_fails_its_activity_and_the_orchestration_can_go_on()
    {
        await using var cluster = await OpenSmallAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("A", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.Zero)));
                }
                catch (TaskFailedException e)
                {
                    return $"{e.FailureDetails.ErrorType} {e.TaskId}";
                }
            })
            .AddActivityFunc<object?, string>("A", (_, _) => Big));

        Assert.Equal($"{FailureTypes.TooLarge} 0", (await cluster.RunAsync("Flow")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_is_exactly_as_big_as_the_limit_passes_counted_in_bytes()
    {
        await using var cluster = await OpenSmallAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string, string>("Echo", (_, input) => Task.FromResult(input)));
        var fits = new string('ä', 499);

        Assert.Equal(fits, (await cluster.RunAsync("Echo", fits)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.RunAsync("Echo", fits + "ä"));
    }

    [Fact]
    public async Task An_output_of_megabytes_passes_where_the_limit_allows_it()
    {
        await using var cluster = await OpenAsync(NewStore(), options: new LocalTaskHubOptions { MaximumPayloadBytes = 5_000_000 });
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("Flow", (context, size) => context.CallActivityAsync<string>("Make", size))
            .AddActivityFunc<int, string>("Make", (_, size) => new string('日', size)));

        Assert.Equal(1_533_000, (await cluster.RunAsync("Flow", 1_533_000)).ReadOutputAs<string>()!.Length);
    }

    [Fact]
    public async Task Tags_of_any_text_survive()
    {
        await using var cluster = await OpenAsync();
        var tags = new Dictionary<string, string> { ["it's \"k\""] = "日本 \n {\"a\":1}", ["="] = string.Empty };
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", _ => Task.FromResult("done")));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions { Tags = tags });

        Assert.Equal(tags, (await cluster.EndOfAsync(id)).Tags);
    }

    private static async Task RefusedAsync(string expected, Func<Task> act) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<ArgumentException>(act)).Message, StringComparison.Ordinal);

    private Task<Cluster> OpenSmallAsync() => OpenAsync(NewStore(), options: new LocalTaskHubOptions { MaximumPayloadBytes = 1_000 });
}
