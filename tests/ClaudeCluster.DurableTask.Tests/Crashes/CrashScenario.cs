using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>
/// One orchestration that uses everything: activities in sequence and side by side, a failure with a retry, a timer, a sub-orchestration
/// that ends and one that is terminated, events sent and raised from outside, and continue-as-new. Its result is the same however often
/// it was interrupted.
/// </summary>
internal static class CrashScenario
{
    public const string Id = "scenario";

    public const string Expected = "0:a b c|child(x)|stopped|timer|hello|outside;1:a b c|child(x)|stopped|timer|hello|outside;";

    /// <summary>So many activity calls succeed in the two generations together.</summary>
    public const int Effects = 12;

    /// <summary>
    /// Adds the scenario's code. <paramref name="effect"/> is told the key of each run of a call; it is the same for each run. The
    /// <paramref name="outside"/> client is the world that terminates and raises.
    /// </summary>
    public static void AddTo(DurableTaskRegistry tasks, Action<string> effect, DurableTaskClient outside)
    {
        tasks
            .AddOrchestratorFunc<State, string>("Scenario", RunAsync)
            .AddOrchestratorFunc<string, string>("Child", async (context, word) => $"child({await context.CallActivityAsync<string>("Echo", word)})")
            .AddOrchestratorFunc<string>("Stuck", context => context.WaitForExternalEvent<string>("Never"))
            .AddActivityFunc<string, string>("Echo", (context, word) => Effect(context, word))
            .AddActivityFunc<string, string>("Terminate", async (context, id) =>
            {
                await outside.TerminateInstanceAsync(id);
                return Effect(context, id);
            })
            .AddActivityFunc<string, string>("Raise", async (context, name) =>
            {
                await outside.RaiseEventAsync(context.InstanceId, name, "outside");
                return Effect(context, name);
            })
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
        var stopped = await StopAsync(context, $"stuck-{state.Generation}");
        await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        context.SendEvent(context.InstanceId, "Self", "hello");
        var heard = await context.WaitForExternalEvent<string>("self");
        await context.CallActivityAsync("Raise", $"Outside {state.Generation}");
        var raised = await context.WaitForExternalEvent<string>($"Outside {state.Generation}");
        var written = $"{state.Written}{state.Generation}:{string.Join(' ', both)} {retried}|{child}|{stopped}|timer|{heard}|{raised};";
        if (state.Generation == 1)
            return written;
        context.ContinueAsNew(new State(state.Generation + 1, written));
        return string.Empty;
    }

    private static async Task<string> StopAsync(TaskOrchestrationContext context, string childId)
    {
        var child = context.CallSubOrchestratorAsync<string>("Stuck", null, new SubOrchestrationOptions(instanceId: childId));
        await context.CallActivityAsync("Terminate", childId);
        try
        {
            return await child;
        }
        catch (TaskFailedException e) when (e.FailureDetails.ErrorType == FailureTypes.Terminated)
        {
            return "stopped";
        }
    }

    internal sealed record State(int Generation, string Written);
}
