using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class ActivityFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_chain_of_activities_passes_each_result_on()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, int>("Chain", async (context, input) =>
            {
                for (var i = 0; i < 5; i++)
                    input = await context.CallActivityAsync<int>("AddOne", input);
                return input;
            })
            .AddActivityFunc<int, int>("AddOne", (_, number) => number + 1));

        var end = await cluster.RunAsync("Chain", 10);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(15, end.ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_fan_out_of_100_gives_the_results_in_the_order_of_the_calls()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int[]>("FanOut", context =>
                Task.WhenAll(Enumerable.Range(0, 100).Select(i => context.CallActivityAsync<int>("Square", i))))
            .AddActivityFunc<int, int>("Square", (_, number) => number * number));

        var end = await cluster.RunAsync("FanOut");

        Assert.Equal(Enumerable.Range(0, 100).Select(i => i * i), end.ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task The_first_of_several_activities_can_be_awaited_alone()
    {
        var slow = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Race", async context =>
                await await Task.WhenAny(context.CallActivityAsync<string>("Slow"), context.CallActivityAsync<string>("Quick")))
            .AddActivityFunc<object?, string>("Slow", (_, _) => slow.Task)
            .AddActivityFunc<object?, string>("Quick", (_, _) => "quick"));

        var end = await cluster.RunAsync("Race");
        slow.SetResult("slow");

        Assert.Equal("quick", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Names_ignore_case()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("HELLO", context => context.CallActivityAsync<string>("greet"))
            .AddActivityFunc<object?, string>("Greet", (context, _) => context.Name));

        var end = await cluster.RunAsync("hello");

        Assert.Equal("greet", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("", 0, false)]
    [InlineData("日本語 ✓ \"quoted\" \\ <tag>", -1, true)]
    public async Task Falsy_and_unusual_values_survive(string text, int number, bool flag)
    {
        var value = new Values(text, number, flag, null);
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<Values, Values>("Echo", (context, input) => context.CallActivityAsync<Values>("EchoOnce", input))
            .AddActivityFunc<Values, Values>("EchoOnce", (_, input) => input));

        var end = await cluster.RunAsync("Echo", value);

        Assert.Equal(value, end.ReadInputAs<Values>());
        Assert.Equal(value, end.ReadOutputAs<Values>());
    }

    [Fact]
    public async Task An_activity_may_have_no_input_and_no_result()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<bool>("Nothing", async context =>
            {
                await context.CallActivityAsync("Void");
                return await context.CallActivityAsync<string?>("Void") is null && await context.CallActivityAsync<int>("Void") == 0;
            })
            .AddActivityFunc<string?, object?>("Void", (_, input) => input));

        Assert.True((await cluster.RunAsync("Nothing")).ReadOutputAs<bool>());
    }

    [Fact]
    public async Task A_result_keeps_the_discriminator_of_its_declared_type()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<Shape>("Draw", context => context.CallActivityAsync<Shape>("MakeCircle"))
            .AddActivityFunc<object?, Shape>("MakeCircle", (_, _) => new Circle(3)));

        Assert.Equal(new Circle(3), (await cluster.RunAsync("Draw")).ReadOutputAs<Shape>());
    }

    [Fact]
    public async Task A_failure_keeps_type_message_stack_and_inner_causes()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Fails", context => context.CallActivityAsync<string>("Throw"))
            .AddActivityFunc<object?, string>("Throw", string (_, _) =>
                throw new InvalidOperationException("outer", new ArgumentException("inner", new DivideByZeroException("innermost")))));

        var end = await cluster.RunAsync("Fails");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        var failure = end.FailureDetails!;
        Assert.Equal(typeof(TaskFailedException).FullName, failure.ErrorType);
        var cause = failure.InnerFailure!;
        Assert.Equal(("System.InvalidOperationException", "outer"), (cause.ErrorType, cause.ErrorMessage));
        Assert.Contains("Semantics", cause.StackTrace, StringComparison.Ordinal);
        Assert.Equal("inner", cause.InnerFailure!.ErrorMessage);
        Assert.Equal("innermost", cause.InnerFailure.InnerFailure!.ErrorMessage);
        Assert.True(failure.IsCausedBy<ArithmeticException>());
    }

    [Fact]
    public async Task An_orchestrator_catches_an_activity_s_failure_by_the_type_of_its_cause()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Catches", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("Throw");
                }
                catch (TaskFailedException e) when (e.IsCausedByException<FileNotFoundException>())
                {
                    return $"{e.TaskName} #{e.TaskId}: {e.FailureDetails.ErrorMessage}";
                }
            })
            .AddActivityFunc<object?, string>("Throw", string (_, _) => throw new FileNotFoundException("no such file")));

        Assert.Equal("Throw #0: no such file", (await cluster.RunAsync("Catches")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_unknown_activity_fails_for_ever_where_a_worker_takes_any_name()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { TakesAnyName = true };
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Calls", context =>
            context.CallActivityAsync<string>("Nobody", null, new TaskOptions(new RetryPolicy(5, TimeSpan.FromDays(1))))));

        var end = await cluster.RunAsync("Calls");

        Assert.Equal(FailureTypes.TaskNotFound, end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Contains("'Nobody'", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_orchestrator_fails_for_ever_where_a_worker_takes_any_name()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { TakesAnyName = true };
        cluster.StartWorker(_ => { });

        Assert.Equal(FailureTypes.TaskNotFound, (await cluster.RunAsync("Nobody")).FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task An_activity_knows_its_instance_its_tags_and_a_key_for_its_effects()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string[]>("Tells", context => Task.WhenAll(
                context.CallActivityAsync<string>("Tell", null, new TaskOptions(tags: new Dictionary<string, string> { ["colour"] = "grün" })),
                context.CallActivityAsync<string>("Key"),
                context.CallActivityAsync<string>("Key")))
            .AddActivityFunc<object?, string>("Tell", (context, _) => $"{context.InstanceId} {((DurableActivityContext)context).Tags["colour"]}")
            .AddActivityFunc<object?, string>("Key", (context, _) => context.GetCallKey()));

        var told = (await cluster.RunAsync("Tells", instanceId: "one")).ReadOutputAs<string[]>()!;

        Assert.Equal("one grün", told[0]);
        Assert.NotEqual(told[1], told[2]);
    }

    public sealed record Values(string Text, int Number, bool Flag, string? Missing);

    [System.Text.Json.Serialization.JsonDerivedType(typeof(Circle), "circle")]
    public abstract record Shape;

    public sealed record Circle(int Radius) : Shape;

    [Fact]
    public async Task The_results_of_a_fan_out_come_in_the_order_of_the_calls()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int[]>("FanOut", context => Task.WhenAll(Enumerable.Range(0, 300).Select(i => context.CallActivityAsync<int>("Square", i))))
            .AddActivityFunc<int, int>("Square", (_, i) => i * i));

        Assert.Equal(Enumerable.Range(0, 300).Select(i => i * i), (await cluster.RunAsync("FanOut")).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task A_failure_keeps_the_properties_that_the_worker_was_told_to_keep()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with
        {
            ExceptionProperties = exception => exception switch
            {
                ArgumentException argument => new Dictionary<string, object?> { ["parameter"] = argument.ParamName, ["retry after"] = 7, ["none"] = null },
                FormatException => throw new NotSupportedException("unreadable"),
                _ => null,
            },
        };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Fails"))
            .AddActivityFunc<object?, string>("Fails", string (_, _) => throw new ArgumentException("bad", "size", new FormatException("inner"))));

        var failure = (await cluster.RunAsync("Flow")).FailureDetails!.InnerFailure!;

        Assert.Equal(("size", 7), (failure.Properties!["parameter"].GetString(), failure.Properties["retry after"].GetInt32()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, failure.Properties["none"].ValueKind);
        Assert.Contains("unreadable", failure.InnerFailure!.Properties!["error"].GetString(), StringComparison.Ordinal);
    }
}
