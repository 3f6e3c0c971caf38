using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>
/// One orchestration that uses everything: activities in sequence and side by side, a failure with a retry, a timer, a sub-orchestration,
/// events raised and sent, and continue-as-new. Its result is the same however often it was interrupted.
/// </summary>
internal static class CrashScenario
{
    public const string Id = "scenario";

    public const string Expected = "0:a b c|child(x)|timer|hello;1:a b c|child(x)|timer|hello;";

    /// <summary>So many activity calls succeed in the two generations together.</summary>
    public const int Effects = 8;

    /// <summary>Adds the scenario's code. <paramref name="effect"/> is told the key of each run of a call; it is the same for each run.</summary>
    public static void AddTo(DurableTaskRegistry tasks, Action<string> effect)
    {
        tasks
            .AddOrchestratorFunc<State, string>("Scenario", RunAsync)
            .AddOrchestratorFunc<string, string>("Child", async (context, word) => $"child({await context.CallActivityAsync<string>("Echo", word)})")
            .AddActivityFunc<string, string>("Echo", (context, word) => Effect(context, word))
            .AddActivityFunc<string, string>("Flaky", (context, word) =>
                context is DurableActivityContext { TaskId: > 2 } ? Effect(context, word) : throw new TimeoutException("first attempt"));

        string Effect(TaskActivityContext context, string word)
        {
            effect(context.GetCallKey());
            return word;
        }
    }

    private static async Task<string> RunAsync(TaskOrchestrationContext context, State state)
    {
        context.SetCustomStatus($"generation {state.Generation}");
        var both = await Task.WhenAll(context.CallActivityAsync<string>("Echo", "a"), context.CallActivityAsync<string>("Echo", "b"));
        var retried = await context.CallActivityAsync<string>("Flaky", "c", TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(1))));
        var child = await context.CallSubOrchestratorAsync<string>("Child", "x");
        await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        context.SendEvent(context.InstanceId, "Self", "hello");
        var heard = await context.WaitForExternalEvent<string>("self");
        var written = $"{state.Written}{state.Generation}:{string.Join(' ', both)} {retried}|{child}|timer|{heard};";
        if (state.Generation == 1)
            return written;
        context.ContinueAsNew(new State(state.Generation + 1, written));
        return string.Empty;
    }

    internal sealed record State(int Generation, string Written);
}
