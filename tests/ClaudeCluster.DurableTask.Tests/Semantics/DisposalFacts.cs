using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What the registry makes, it also disposes; what it was given, it does not.</summary>
public abstract class DisposalFacts(StoreKind kind) : HubFacts(kind)
{
    private readonly Log _log = new();

    [Fact]
    public async Task An_activity_is_disposed_after_each_run_also_if_it_fails()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(
#pragma warning disable CA2263 // The overloads that take a type are what is tried here.
            tasks => tasks
                .AddOrchestratorFunc<string>("Flow", async context =>
                {
                    await context.CallActivityAsync("Good");
                    return await context.CallActivityAsync<string>("Bad");
                })
                .AddActivity<GoodActivity>("Good")
                .AddActivity(typeof(BadActivity)).AddActivity("Bad", typeof(BadActivity)),
#pragma warning restore CA2263
            Services());

        await cluster.RunAsync("Flow");

        Assert.Equal(["GoodActivity", "BadActivity"], _log.Lines);
    }

    [Fact]
    public async Task An_orchestrator_is_disposed_when_its_code_has_ended_or_is_forgotten()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumWarmInstances = 1 };
        cluster.StartWorker(tasks => tasks.AddOrchestrator<Waiting>(), Services());
        var first = await cluster.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Waiting));
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(first);
        Assert.Empty(_log.Lines);
        var second = await cluster.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Waiting));
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(second);
        await _log.ContainsAsync(1);

        await cluster.Client.RaiseEventAsync(second, "Go", "went");
        await cluster.EndOfAsync(second);
        await _log.ContainsAsync(2);
        await cluster.Client.RaiseEventAsync(first, "Go", "went");
        await cluster.EndOfAsync(first);
        await _log.ContainsAsync(3);

        await cluster.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Waiting), null, new StartOrchestrationOptions("left"));
        await cluster.Store.WaitForAsync<OrchestratorCompleted>("left");
        await cluster.StopWorkersAsync();
        Assert.Equal(4, _log.Lines.Count);
    }

    [Fact]
    public async Task An_orchestrator_that_fails_to_be_disposed_has_ended_all_the_same_and_so_does_the_next()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestrator<Clinging>(), Services());

        foreach (var id in new[] { "first", "next" })
            Assert.Equal("ended", (await cluster.RunAsync(nameof(Clinging), instanceId: id)).ReadOutputAs<string>());

        await cluster.StopWorkersAsync();
        Assert.Equal(["Clinging", "Clinging"], _log.Lines);
    }

    [Fact]
    public async Task What_a_factory_gives_is_the_factory_s()
    {
        var (waiting, activity) = (new Waiting(_log), new GoodActivity(_log));
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestrator("Waits", waiting)
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Good"))
            .AddActivity("Good", activity));
        await cluster.RunAsync("Flow");
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Client.RaiseEventAsync(id, "Go", "went");
        await cluster.EndOfAsync(id);

        await cluster.StopWorkersAsync();

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_class_that_is_no_task_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new DurableTaskRegistry().AddOrchestrator("x", typeof(string)));
        Assert.Throws<ArgumentException>(() => new DurableTaskRegistry().AddActivity<TaskActivity<int, int>>());
        Assert.Throws<ArgumentException>(() => new DurableTaskRegistry().AddActivityFunc("A", (TaskActivityContext _) => { }).AddActivityFunc("a", (TaskActivityContext _) => { }));
    }

    private ServiceProvider Services() => new ServiceCollection().AddSingleton(_log).BuildServiceProvider();

    public sealed class Log
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private TaskCompletionSource _written = NewSignal();

        public IReadOnlyCollection<string> Lines => [.. _lines];

        public void Write(string line)
        {
            _lines.Enqueue(line);
            Interlocked.Exchange(ref _written, NewSignal()).SetResult();
        }

        public async Task ContainsAsync(int lines)
        {
            while (true)
            {
                var next = Volatile.Read(ref _written).Task;
                if (_lines.Count >= lines)
                    break;
                await next.WaitAsync(Cluster.Patience);
            }

            Assert.Equal(lines, _lines.Count);
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class GoodActivity(Log log) : TaskActivity<object?, string>, IDisposable
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => Task.FromResult("good");

        public void Dispose() => log.Write(nameof(GoodActivity));
    }

    public sealed class BadActivity(Log log) : TaskActivity<object?, string>, IAsyncDisposable
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => throw new InvalidOperationException("bad");

        public ValueTask DisposeAsync()
        {
            log.Write(nameof(BadActivity));
            return ValueTask.CompletedTask;
        }
    }

    public sealed class Waiting(Log log) : TaskOrchestrator<object?, string>, IDisposable
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, object? input) => context.WaitForExternalEvent<string>("Go");

        public void Dispose() => log.Write(nameof(Waiting));
    }

    public sealed class Clinging(Log log) : TaskOrchestrator<object?, string>, IDisposable
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, object? input) => Task.FromResult("ended");

        public void Dispose()
        {
            log.Write(nameof(Clinging));
            throw new NotSupportedException("It does not like to be disposed.");
        }
    }
}
