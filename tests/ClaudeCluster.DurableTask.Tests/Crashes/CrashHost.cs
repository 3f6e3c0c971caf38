using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>
/// A process that starts the scenario on a hub, or goes on with it, and ends with its result: unless it kills itself, by a real
/// SIGKILL, right before or after one of its commits.
/// </summary>
internal static class CrashHost
{
    public const string Verb = "crash-host";

    /// <summary>Arguments: kind of store, its place, folder for effects, and optionally the commit and "before" or "after".</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (kind, place, effects) = (Enum.Parse<StoreKind>(args[0]), args[1], args[2]);
        var kill = args.Length == 5 ? KillAt(int.Parse(args[3], CultureInfo.InvariantCulture), args[4] == "before") : null;

        await using var cluster = await Cluster.OpenAsync(LastingStores.Open(kind, place, kill));
        cluster.StartWorker(tasks => CrashScenario.AddTo(tasks, key => AppendEffect(effects, key), cluster.Client));
        try
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync(
                "Scenario", new CrashScenario.State(0, string.Empty), new StartOrchestrationOptions(CrashScenario.Id));
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // An earlier process began it.
        }

        var end = await cluster.EndOfAsync(CrashScenario.Id);
        return end.ReadOutputAs<string>() == CrashScenario.Expected ? 0 : 1;
    }

    private static Action<long, bool> KillAt(int commit, bool before) => (number, isBefore) =>
    {
        if (number != commit || isBefore != before)
            return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    };

    private static void AppendEffect(string folder, string key)
    {
        using var file = new FileStream(Path.Combine(folder, key), FileMode.Append, FileAccess.Write);
        file.WriteByte((byte)'x');
    }
}
