using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>
/// A process that starts the scenario on a hub, or goes on with it, and ends with its result: unless it kills itself, by a real
/// SIGKILL, right before or after one of its commits.
/// </summary>
internal static class CrashHost
{
    public const string Verb = "crash-host";

    /// <summary>
    /// Arguments: hub file, or hub and connection of a database as <see cref="OnPostgres"/> writes them; folder for effects; and
    /// optionally the commit and "before" or "after".
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (hub, effects) = (args[0], args[1]);
        Action<long, bool>? onCommit = args.Length == 4 ? KillAt(int.Parse(args[2], CultureInfo.InvariantCulture), args[3] == "before") : null;

        await using var cluster = await Cluster.OpenAsync(Open(hub, onCommit));
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

    public static string OnPostgres(PostgresStoreOptions options) => $"{options.Hub}@{options.ConnectionString}";

    public static ITaskHubStore Open(string hub, Action<long, bool>? onCommit) => hub.Split('@') is [var name, var connection]
        ? new PostgresHubStore(
            new PostgresStoreOptions(connection) { Hub = name, OnCommit = onCommit is null ? null : point => onCommit(point.Number, point.IsBefore) },
            TimeProvider.System)
        : new SqliteHubStore(new SqliteStoreOptions(hub) { OnCommit = onCommit is null ? null : point => onCommit(point.Number, point.IsBefore) });

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
