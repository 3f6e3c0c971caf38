using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>
/// A process that starts the scenario on a hub file, or goes on with it, and ends with its result: unless it kills itself, by a real
/// SIGKILL, right before or after one of its commits.
/// </summary>
internal static class CrashHost
{
    public const string Verb = "crash-host";

    /// <summary>Arguments: hub file, folder for effects, and optionally the commit and "before" or "after".</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (path, effects) = (args[0], args[1]);
        var options = new SqliteStoreOptions(path);
        if (args.Length == 4)
            options = options with { OnCommit = KillAt(int.Parse(args[2], CultureInfo.InvariantCulture), args[3] == "before") };

        await using var cluster = await Cluster.OpenAsync(new SqliteHubStore(options));
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

    private static Action<CommitPoint> KillAt(int commit, bool before) => point =>
    {
        if (point.Number != commit || point.IsBefore != before)
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
