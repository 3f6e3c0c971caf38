using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>What the code sees of the world, and what it may ask of it.</summary>
public sealed class ContextTests
{
    private const string Parents = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal) { ["team"] = "blue" };

    [Fact]
    public void The_code_knows_who_it_is_and_who_waits_for_it()
    {
        var started = Flow.Start with { Name = "Child", Version = "1.2", Parent = new ParentInstance("p", "px", "Parent", 3), Input = "\"in\"" };
        string? seen = null;

        Flow.Begin(
            context =>
            {
                Assert.Empty(context.Properties);
                seen = $"{context.Name} {context.InstanceId} {context.Version} {context.Parent!.Name} {context.Parent.InstanceId} {context.GetInput<string>()}";
                return Task.FromResult<string?>(null);
            },
            started);

        Assert.Equal("Child instance 1.2 Parent p in", seen);
        Flow.Begin(context => Task.FromResult<string?>($"{context.Parent is null}")).Output();
    }

    [Fact]
    public void The_time_is_that_of_the_step_in_utc()
    {
        var seen = new List<DateTime>();
        var flow = Flow.Begin(async context =>
        {
            seen.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("A");
            seen.Add(context.CurrentUtcDateTime);
            return null;
        });
        seen.Clear();

        flow.Wait(TimeSpan.FromHours(5)).Step(new TaskCompleted(0, null));

        // The warm run goes on, the cold one begins again.
        Assert.Equal([Flow.Noon.AddHours(5).UtcDateTime, Flow.Noon.UtcDateTime, Flow.Noon.AddHours(5).UtcDateTime], seen);
        Assert.All(seen, instant => Assert.Equal(DateTimeKind.Utc, instant.Kind));
    }

    [Fact]
    public void A_timer_s_instant_is_taken_as_utc_unless_it_says_that_it_is_local()
    {
        var local = new DateTime(2026, 3, 1, 14, 0, 0, DateTimeKind.Local);
        var flow = Flow.Begin(async context =>
        {
            _ = context.CreateTimer(new DateTime(2026, 3, 1, 14, 0, 0, DateTimeKind.Unspecified), CancellationToken.None);
            _ = context.CreateTimer(local, CancellationToken.None);
            await context.CreateTimer(TimeSpan.FromHours(3), CancellationToken.None);
            return null;
        });

        Assert.Equal([Flow.Noon.AddHours(2), local.ToUniversalTime(), Flow.Noon.AddHours(3)], flow.History.OfType<TimerCreated>().Select(timer => timer.FireAt));
        Assert.All(flow.History.OfType<TimerCreated>(), timer => Assert.Equal(TimeSpan.Zero, timer.FireAt.Offset));
    }

    [Fact]
    public void A_cancelled_timer_throws_and_its_firing_is_ignored()
    {
        var flow = Flow.Begin(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            await context.CallActivityAsync("A");
            cancellation.Cancel();
            var thrown = await Record.ExceptionAsync(() => timer);
            return $"{thrown!.GetType().Name} {await context.WaitForExternalEvent<string>("E")}";
        });

        flow.Step(new TaskCompleted(1, null));
        flow.Step(new TimerFired(0, flow.Now));
        flow.Step(new EventRaised("E", "\"late\""));

        Assert.Equal("TaskCanceledException late", flow.Output());
    }

    [Fact]
    public void Cancelling_a_timer_that_has_fired_changes_nothing()
    {
        var flow = Flow.Begin(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            await context.CallActivityAsync("A");
            cancellation.Cancel();
            await timer;
            return "fired";
        });

        flow.Step(new TimerFired(0, flow.Now));
        flow.Step(new TaskCompleted(1, null));

        Assert.Equal("fired", flow.Output());
    }

    [Fact]
    public void A_token_cancelled_before_makes_no_timer()
    {
        var flow = Flow.Begin(async context =>
        {
            var thrown = await Record.ExceptionAsync(() => context.CreateTimer(TimeSpan.FromHours(1), new CancellationToken(canceled: true)));
            await context.CallActivityAsync("A");
            return thrown!.GetType().Name;
        });

        Assert.Equal([new OrchestratorAction.ScheduleTask(0, "A", string.Empty, null, null)], flow.Actions);
        flow.Step(new TaskCompleted(0, null));
        Assert.Equal("TaskCanceledException", flow.Output());
    }

    [Fact]
    public void New_guids_are_the_same_on_each_replay_and_differ_from_each_other_and_from_those_of_other_executions()
    {
        var seen = new List<Guid>();
        Code code = context =>
        {
            seen.AddRange([context.NewGuid(), context.NewGuid()]);
            return Task.FromResult<string?>(null);
        };

        Flow.Begin(code);
        Flow.Begin(code, Flow.Start with { ExecutionId = "another" });

        // Each of the two flows runs its code twice.
        Assert.Equal([seen[0], seen[1], seen[0], seen[1], seen[4], seen[5], seen[4], seen[5]], seen);
        Assert.Equal(4, seen.Distinct().Count());
        // Histories hold such ids: they are these for ever.
        Assert.Equal([new Guid("2e4f79cd-cb5a-8955-be50-0a00119e29ff"), new Guid("8a0837a2-78fb-8156-acf5-5c63ead2da09")], seen[..2]);
        Assert.All(seen, guid => Assert.Equal((8, 0b10), (guid.Version, guid.Variant >> 2)));
    }

    [Fact]
    public void A_call_carries_name_version_input_and_tags()
    {
        var flow = Flow.Begin(
            async context =>
            {
                var options = new TaskOptions(tags: Tags);
                _ = context.CallActivityAsync("A", 1, options);
                _ = context.CallActivityAsync("B", options with { Version = "9", Tags = new Dictionary<string, string>() });
                _ = context.CallSubOrchestratorAsync("C", 2, options);
                _ = context.CallSubOrchestratorAsync("D", new SubOrchestrationOptions(new TaskOptions { Version = "9" }, "the-d"));
                await context.CallActivityAsync<int>("E");
                return null;
            },
            Flow.Start with { Version = "3" },
            defaultVersion: "4");

        Assert.Equal(["A 3 1 team", "B 9  ", "E 3  "], flow.Last.Activities.Select(call => $"{call.Name} {call.Version} {call.Input} {string.Join(',', call.Tags.Keys)}"));
        Assert.Equal(
            ["execution-2 C 4 2 team", "the-d D 9  "],
            flow.History.OfType<SubOrchestrationCreated>().Select(call => $"{call.InstanceId} {call.Name} {call.Version} {call.Input} {string.Join(',', call.Tags?.Keys ?? [])}"));
        Assert.Equal([true, false, false], flow.History.OfType<TaskScheduled>().Select(call => call.Tags is not null));
    }

    [Fact]
    public void Tags_changed_after_the_call_change_nothing()
    {
        var flow = Flow.Begin(async context =>
        {
            var tags = new Dictionary<string, string>(Tags, StringComparer.Ordinal);
            var call = context.CallActivityAsync("A", null, new TaskOptions(tags: tags));
            tags.Clear();
            await call;
            return null;
        });

        Assert.Equal(Tags, Assert.Single(flow.Last.Activities).Tags);
    }

    [Fact]
    public void A_call_without_a_name_or_with_an_impossible_id_is_refused()
    {
        Func<TaskOrchestrationContext, Task>[] calls =
        [
            context => context.CallActivityAsync(default),
            context => context.CallSubOrchestratorAsync(default),
            context => context.CallSubOrchestratorAsync("C", new SubOrchestrationOptions(instanceId: "\n")),
            context => context.CallSubOrchestratorAsync("C", new SubOrchestrationOptions(instanceId: string.Empty)),
        ];

        foreach (var call in calls)
        {
            var flow = Flow.Begin(async context =>
            {
                await call(context);
                return null;
            });
            Assert.Equal("System.ArgumentException", flow.Failure().ErrorType);
            Assert.Equal(3, flow.History.Count);
        }
    }

    [Fact]
    public void What_an_execution_with_a_trace_asks_for_is_a_part_of_it()
    {
        var flow = Flow.Begin(
            async context =>
            {
                _ = context.CallActivityAsync("A");
                await context.CallSubOrchestratorAsync("C");
                return null;
            },
            Flow.Start with { Trace = new TraceContext(Parents, "vendor=1") });

        var trace = Assert.Single(flow.History.OfType<TaskScheduled>()).Trace!;
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", trace.TraceParent, StringComparison.Ordinal);
        Assert.NotEqual(Parents, trace.TraceParent);
        Assert.Equal("vendor=1", trace.TraceState);
        Assert.Equal(trace, Assert.Single(flow.History.OfType<SubOrchestrationCreated>()).Trace);
    }

    [Fact]
    public void The_custom_status_is_the_last_one_set_and_lasts_over_steps()
    {
        var flow = Flow.Begin(async context =>
        {
            context.SetCustomStatus("first");
            context.SetCustomStatus(new { Done = 1 });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            context.SetCustomStatus(null);
            return null;
        });

        Assert.Equal("{\"Done\":1}", flow.State.CustomStatus);
        flow.Step(new TaskCompleted(0, null));
        Assert.Equal("{\"Done\":1}", flow.State.CustomStatus);
        flow.Step(new TaskCompleted(1, null));
        Assert.Null(flow.State.CustomStatus);
    }
}
