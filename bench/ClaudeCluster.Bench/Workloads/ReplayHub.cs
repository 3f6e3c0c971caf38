using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>
/// A hub that stores nothing: it hands a real worker one step after another, each of an orchestration that the worker has never seen and
/// that has 10,000 events behind it. So what is measured is replay by the public way, without store and JSON.
/// </summary>
internal sealed class ReplayHub
{
    private const string Long = nameof(Long);
    private const int Steps = Events / 4;
    public const int Events = 10_000;

    private readonly IReadOnlyList<HistoryEvent> _past = [.. Past()];
    private readonly BenchOptions _options;
    private TaskCompletionSource _done = new();
    private int _replays;

    private ReplayHub(BenchOptions options)
    {
        _options = options;
        _done.SetResult();
    }

    private TimeSpan Measured { get; set; }

    /// <summary>Events replayed per second.</summary>
    public static async Task<double> MeasureAsync(BenchOptions options, CancellationToken cancellation)
    {
        var hub = new ReplayHub(options);
        await BenchCluster.NewWorker(OnlyForWorkers.Over(hub), tasks => tasks.AddOrchestratorFunc<int, int>(Long, CallForEverAsync)).RunAsync(cancellation);
        return hub._replays * (double)Events / hub.Measured.TotalSeconds;
    }

    public async IAsyncEnumerable<WorkItem> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < _options.WarmUp && await IsIdleAsync(cancellation))
            yield return Next();

        if (!await IsIdleAsync(cancellation))
            yield break;
        _replays = 0;
        clock.Restart();
        do
        {
            yield return Next();
        }
        while (await IsIdleAsync(cancellation) && clock.Elapsed < _options.Measured);
        Measured = clock.Elapsed;
    }

    public Task<Receipt> CompleteAsync(StepCompletion completion)
    {
        if (completion.Actions is not [OrchestratorAction.ScheduleTask { TaskId: Steps }])
            throw new InvalidOperationException($"The replay asked for {string.Join(", ", completion.Actions)}.");
        _replays++;
        _done.SetResult();
        return Task.FromResult(Receipt.Accepted);
    }

    private static async Task<int> CallForEverAsync(TaskOrchestrationContext context, int number)
    {
        while (true)
            number = await context.CallActivityAsync<int>(BenchTasks.PlusOne, number);
    }

    /// <summary>What the engine itself would have written for the steps before.</summary>
    private static IEnumerable<HistoryEvent> Past()
    {
        for (var step = 0; step < Steps; step++)
        {
            yield return new OrchestratorStarted();
            yield return step == 0 ? new ExecutionStarted("execution", Long, string.Empty, "0") : new TaskCompleted(step - 1, Text(step));
            yield return new TaskScheduled(step, BenchTasks.PlusOne, string.Empty, Text(step));
            yield return new OrchestratorCompleted();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Each of an instance of its own: no worker remembers it.</summary>
    private StepWorkItem Next()
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = Guid.NewGuid().ToString("N");
        return new StepWorkItem(id, id, id, [new OrchestratorStarted(), new TaskCompleted(Steps - 1, Text(Steps))], new InMemory(_past));
    }

    /// <summary>True when the item before has been completed: one at a time. False if the worker wants no more.</summary>
    private async Task<bool> IsIdleAsync(CancellationToken cancellation)
    {
        await _done.Task.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellation.IsCancellationRequested;
    }

    private sealed class InMemory(IReadOnlyList<HistoryEvent> past) : IPastEvents
    {
        public Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation) => Task.FromResult(past);
    }
}
