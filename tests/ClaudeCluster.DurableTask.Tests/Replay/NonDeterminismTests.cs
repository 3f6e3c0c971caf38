using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Replay;

/// <summary>Code that no longer does what its history says fails, and says what was expected and what was found.</summary>
public sealed class NonDeterminismTests
{
    private delegate Task<string> Code(TaskOrchestrationContext context);

    private static readonly Code Original = async context =>
    {
        await context.CallActivityAsync("A");
        await context.CallActivityAsync("B");
        return await context.WaitForExternalEvent<string>("Go");
    };

    [Fact]
    public Task A_changed_name() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("Other");
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 1: expected activity 'A' (#0); found activity 'Other' (#0)");

    [Fact]
    public Task A_changed_order() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("B");
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 1: expected activity 'A' (#0); found activity 'B' (#0)");

    [Fact]
    public Task A_changed_kind() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 2: expected activity 'B' (#1); found a timer (#1)");

    [Fact]
    public Task A_sub_orchestration_in_place_of_an_activity() => ChangedTo(
        async context =>
        {
            await context.CallSubOrchestratorAsync("A");
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 1: expected activity 'A' (#0); found sub-orchestration 'A' (#0)");

    [Fact]
    public Task A_missing_call() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 2: expected activity 'B' (#1); found nothing more in this step");

    [Fact]
    public Task An_extra_call() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            await Task.WhenAll(context.CallActivityAsync("B"), context.CallActivityAsync("C"));
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 2: expected nothing more in this step; found activity 'C' (#2)");

    [Fact]
    public Task An_extra_event_sent() => ChangedTo(
        async context =>
        {
            context.SendEvent("somebody", "Hello", 1);
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string>("Go");
        },
        "Step 1: expected activity 'A' (#0); found event 'Hello' sent to 'somebody' (#0)");

    [Fact]
    public Task An_earlier_end() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            return "ended early";
        },
        "Step 2: expected activity 'B' (#1); found the end of the orchestration (Completed)");

    [Fact]
    public Task A_throw_where_there_was_none() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            throw new InvalidOperationException("new rule");
        },
        "Step 2: expected activity 'B' (#1); found the end of the orchestration (Failed: new rule)");

    [Fact]
    public Task Continue_as_new_where_there_was_none() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            context.ContinueAsNew();
            return string.Empty;
        },
        "Step 2: expected activity 'B' (#1); found continue-as-new");

    [Fact]
    public async Task A_name_that_differs_only_in_case_is_no_change()
    {
        var end = await RunChangedAsync(async context =>
        {
            await context.CallActivityAsync("a");
            await context.CallActivityAsync("b");
            return await context.WaitForExternalEvent<string>("Go");
        });

        Assert.Equal("went", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Awaiting_what_is_not_durable_fails_instead_of_waiting_for_ever()
    {
        await using var cluster = await Cluster.OpenAsync(new Storage.MemoryHubStore());
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Hangs", async _ =>
        {
            await new TaskCompletionSource().Task;
            return "unreached";
        }));

        var end = await cluster.RunAsync("Hangs");

        Assert.Equal(FailureTypes.NotDurable, end.FailureDetails!.ErrorType);
        Assert.Contains("'Hangs'", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Using_the_context_from_another_thread_fails()
    {
        await using var cluster = await Cluster.OpenAsync(new Storage.MemoryHubStore());
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Leaves", async context =>
            await Task.Run(() => context.CallActivityAsync<string>("A"))));

        Assert.Equal(FailureTypes.NotDurable, (await cluster.RunAsync("Leaves")).FailureDetails!.ErrorType);
    }

    private static async Task ChangedTo(Code changed, string expected)
    {
        var end = await RunChangedAsync(changed);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(FailureTypes.NonDeterministic, end.FailureDetails!.ErrorType);
        Assert.True(end.FailureDetails.IsNonRetriable);
        Assert.Contains(expected, end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'Flow'", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>Runs the original until it waits for "Go", then goes on with other code.</summary>
    private static async Task<OrchestrationMetadata> RunChangedAsync(Code changed)
    {
        var store = new Storage.MemoryHubStore();
        string id;
        await using (var before = await Cluster.OpenAsync(store))
        {
            before.StartWorker(tasks => AddFlow(tasks, Original));
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
            await before.Store.WaitForAsync<OrchestratorCompleted>(id, times: 3);
        }

        await using var after = await Cluster.OpenAsync(store);
        after.StartWorker(tasks => AddFlow(tasks, changed));
        await after.Client.RaiseEventAsync(id, "Go", "went");
        return await after.EndOfAsync(id);
    }

    private static void AddFlow(DurableTaskRegistry tasks, Code code)
    {
        tasks.AddOrchestratorFunc<string>("Flow", context => code(context));
        foreach (var name in new[] { "A", "B", "C" })
            tasks.AddActivityFunc<string?, string?>(name, (_, input) => input);
    }
}
