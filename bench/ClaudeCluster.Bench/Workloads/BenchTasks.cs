using ClaudeCluster.DurableTask;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>The shapes that are measured, here and (bench/peers) elsewhere. Each returns what shows that all of it ran.</summary>
internal static class BenchTasks
{
    public const string PlusOne = nameof(PlusOne);

    /// <summary>One activity.</summary>
    public const string Single = nameof(Single);

    /// <summary>Five activities, one after another; returns 5.</summary>
    public const string Seq5 = nameof(Seq5);

    /// <summary>A hundred activities at once, then a join; returns the sum of 1 to 100.</summary>
    public const string Fan100 = nameof(Fan100);

    /// <summary>Waits for the event <see cref="Go"/>.</summary>
    public const string Wait = nameof(Wait);

    public const string Go = nameof(Go);

    public const int Seq5Result = 5;
    public const int Fan100Result = 5050;

    public static void AddTo(DurableTaskRegistry tasks) => tasks
        .AddActivityFunc<int, int>(PlusOne, (_, number) => number + 1)
        .AddOrchestratorFunc(Single, context => context.CallActivityAsync<int>(PlusOne, 0))
        .AddOrchestratorFunc(Seq5, FiveInARowAsync)
        .AddOrchestratorFunc(Fan100, HundredAtOnceAsync)
        .AddOrchestratorFunc(Wait, context => context.WaitForExternalEvent<int>(Go));

    private static async Task<int> FiveInARowAsync(TaskOrchestrationContext context)
    {
        var number = 0;
        for (var i = 0; i < 5; i++)
            number = await context.CallActivityAsync<int>(PlusOne, number);
        return number;
    }

    private static async Task<int> HundredAtOnceAsync(TaskOrchestrationContext context) =>
        (await Task.WhenAll(Enumerable.Range(0, 100).Select(i => context.CallActivityAsync<int>(PlusOne, i)))).Sum();
}
