using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class TraceFacts(StoreKind kind) : HubFacts(kind)
{
    private readonly ConcurrentBag<Activity> _spans = [];

    [Fact]
    public async Task One_trace_goes_through_client_orchestration_activity_and_child()
    {
        using var outside = new ActivitySource("test").CreateListenedActivity(_spans);
        outside.TraceStateString = "vendor=1";
        await using var cluster = await OpenAsync();
        // Nothing stays warm: the orchestration's span is the same for each step, whoever takes it.
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumWarmInstances = 0 };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                await context.CallActivityAsync<string>("A", 1);
                await context.CallSubOrchestratorAsync<string>("Child");
                return await context.CallActivityAsync<string>("A", 2);
            })
            .AddOrchestratorFunc<string>("Child", context => context.CallActivityAsync<string>("A", 3))
            .AddActivityFunc<int, string>("A", (context, input) => $"{input} {Activity.Current?.TraceStateString} {((DurableActivityContext)context).Tags.Count}"));

        var end = await cluster.RunAsync("Parent");
        await cluster.StopWorkersAsync();

        Assert.Equal("2 vendor=1 0", end.ReadOutputAs<string>());
        var mine = _spans.Where(span => span.TraceId == outside.TraceId && span != outside).ToList();
        var client = Named("create_orchestration:Parent").Single();
        var parent = Named("orchestration:Parent").Single();
        var child = Named("orchestration:Child").Single();
        Assert.Equal(6, mine.Count);
        Assert.Equal(outside.SpanId, client.ParentSpanId);
        Assert.Equal(client.SpanId, parent.ParentSpanId);
        Assert.Equal(parent.SpanId, child.ParentSpanId);
        Assert.Equal([child.SpanId, parent.SpanId, parent.SpanId], Named("activity:A").Select(span => span.ParentSpanId).OrderBy(id => id == parent.SpanId));
        Assert.Equal(end.InstanceId, parent.GetTagItem("durabletask.task.instance_id"));
        Assert.Equal("Completed", parent.GetTagItem("durabletask.task.status"));
        Assert.True(parent.StartTimeUtc <= child.StartTimeUtc && child.StartTimeUtc + child.Duration <= parent.StartTimeUtc + parent.Duration);

        List<Activity> Named(string name) => [.. mine.Where(span => span.OperationName == name)];
    }

    [Fact]
    public async Task A_trace_goes_on_through_continue_as_new_and_failures_are_marked()
    {
        using var outside = new ActivitySource("test").CreateListenedActivity(_spans);
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("Flow", (context, generation) =>
            {
                if (generation == 1)
                    return context.CallActivityAsync<string>("Throws");
                context.ContinueAsNew(1);
                return Task.FromResult(string.Empty);
            })
            .AddActivityFunc<object?, string>("Throws", string (_, _) => throw new InvalidOperationException("broken")));

        await cluster.RunAsync("Flow", 0);
        await cluster.StopWorkersAsync();

        var flows = _spans.Where(span => span.TraceId == outside.TraceId && span.OperationName == "orchestration:Flow").ToList();
        Assert.Equal(["ContinuedAsNew", "Failed"], flows.Select(span => span.GetTagItem("durabletask.task.status")).Order());
        Assert.Equal(2, flows.DistinctBy(span => span.SpanId).Count());
        var activity = _spans.Single(span => span.TraceId == outside.TraceId && span.OperationName == "activity:Throws");
        Assert.Equal((ActivityStatusCode.Error, "broken"), (activity.Status, activity.StatusDescription));
    }

    [Fact]
    public async Task Without_a_trace_history_and_tags_hold_none()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("A"))
            .AddActivityFunc<object?, string>("A", (_, _) => "done"));
        var id = await cluster.Hub.StartAsync(new DurableTask.Hub.StartRequest("Flow", null, null));
        await cluster.EndOfAsync(id);

        var history = await cluster.Client.GetOrchestrationHistoryAsync(id);

        Assert.Null(history.OfType<ExecutionStarted>().Single().Trace);
        Assert.Null(history.OfType<TaskScheduled>().Single().Trace);
    }

    [Fact]
    public async Task Meters_tell_steps_replays_commits_and_how_long_work_waited()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Name == "ClaudeCluster.DurableTask")
                    me.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.AddOrUpdate(Key(instrument, tags), value, (_, most) => Math.Max(most, value)));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen.AddOrUpdate(Key(instrument, tags), value, (_, sum) => sum + value));
        listener.Start();
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("A"))
            .AddActivityFunc<object?, string>("A", (_, _) => "done"));

        await cluster.RunAsync("Flow");

        string[] expected =
        [
            "durabletask.commit.duration", "durabletask.queue.age activity", "durabletask.queue.age step", "durabletask.replay.length",
            "durabletask.step.duration", "durabletask.work.held activity", "durabletask.work.held step",
        ];
        Assert.Equal(expected, seen.Keys.Order(StringComparer.Ordinal));

        static string Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => $"{instrument.Name} {(tags.Length > 0 ? tags[0].Value : "")}".Trim();
    }
}

internal static class ListenedActivity
{
    /// <summary>A span from outside, under a listener that keeps all spans which end.</summary>
    public static Activity CreateListenedActivity(this ActivitySource source, ConcurrentBag<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened == source || listened.Name == "ClaudeCluster.DurableTask",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var outside = source.StartActivity("outside")!;
        return outside;
    }
}
