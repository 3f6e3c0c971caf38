using System.Diagnostics;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.DurableTask;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>An orchestration that calls one activity after another, which notes when it was called; then it waits to be ended.</summary>
internal sealed class GrowingHistory(TimeSpan patience)
{
    private const string Long = nameof(Long);
    private const string Tick = nameof(Tick);

    /// <summary>A step writes that it began, what it received, what it asked for, and that it ended.</summary>
    private const int EventsPerStep = 4;
    private const int Steps = 10_000 / EventsPerStep;
    private const int WarmUpSteps = 200;
    private const int Window = 50;
    private readonly List<long> _calls = [];
    private Stopwatch _clock = new();
    private TaskCompletionSource _grown = new();

    /// <summary>How far history has come.</summary>
    public int Events => _calls.Count * EventsPerStep;

    public double EarlyMs => Between(2, 2 + Window);

    public double LateMs => Between(_calls.Count - 1 - Window, _calls.Count - 1);

    public void AddTo(DurableTaskRegistry tasks) => tasks
        .AddActivityFunc<int, bool>(Tick, (_, _) => NoteCall())
        .AddOrchestratorFunc<int, int>(Long, CallAgainAndAgainAsync);

    public Task WarmUpAsync(BenchCluster cluster) => GrowAsync(cluster, WarmUpSteps);

    /// <summary>The id of the orchestration, which waits for <see cref="BenchTasks.Go"/> when this returns.</summary>
    /// <exception cref="InvalidOperationException">The time was too short for a comparison.</exception>
    public async Task<string> GrowAsync(BenchCluster cluster)
    {
        var id = await GrowAsync(cluster, Steps);
        return _calls.Count > 3 * Window
            ? id
            : throw new InvalidOperationException($"Only {_calls.Count} steps within {patience.TotalSeconds} s. Give it more --seconds.");
    }

    private async Task<string> GrowAsync(BenchCluster cluster, int steps)
    {
        _calls.Clear();
        _clock = Stopwatch.StartNew();
        _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = await cluster.StartAsync(Long, steps);
        await cluster.UntilAsync(_grown.Task);
        return id;
    }

    /// <summary>True while there is time; the answer is in history, so a replay goes the same way.</summary>
    private bool NoteCall()
    {
        _calls.Add(Stopwatch.GetTimestamp());
        return _clock.Elapsed < patience;
    }

    private async Task<int> CallAgainAndAgainAsync(TaskOrchestrationContext context, int steps)
    {
        var done = 0;
        while (done++ < steps && await context.CallActivityAsync<bool>(Tick))
        {
        }

        if (!context.IsReplaying)
            _grown.TrySetResult();
        return await context.WaitForExternalEvent<int>(BenchTasks.Go);
    }

    private double Between(int first, int last)
    {
        var steps = new Latencies();
        for (var i = first; i < last; i++)
            steps.Add(Stopwatch.GetElapsedTime(_calls[i], _calls[i + 1]));
        return steps.At(0.5);
    }
}
