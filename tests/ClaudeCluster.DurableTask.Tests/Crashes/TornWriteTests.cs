using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>
/// The machine dies in the midst of a write: what had reached the disk is the file and the beginning of its log, cut anywhere. Whatever
/// is left opens as the hub was after one of its commits.
/// </summary>
public sealed class TornWriteTests : IDisposable
{
    private const int LogHeader = 32;
    private const int Frame = 24 + 4_096;
    private readonly TestFolder _folder = new();
    private readonly List<string> _states = [];
    private int _copies;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_cut_at_any_frame_or_byte_opens_as_one_of_the_commits()
    {
        var log = await RunAsync();
        var random = new Random(20261124);
        var cuts = Enumerable.Range(0, 1 + ((log.Length - LogHeader) / Frame)).Select(frame => LogHeader + (frame * Frame))
            .Concat(Enumerable.Range(0, 100 * Scale.Factor).Select(_ => random.Next(log.Length + 1)))
            .Order();

        var latest = 0;
        foreach (var cut in cuts)
        {
            var state = _states.IndexOf(await OpenedAsync(log[..cut]));
            Assert.True(state >= 0, $"Cut at byte {cut}, it is as it was after no commit.");
            Assert.True(state >= latest, $"Cut at byte {cut}, it has less than when it was cut before.");
            latest = state;
        }

        Assert.Equal(_states.Count - 1, latest);
        TestContext.Current.TestOutputHelper?.WriteLine($"{_states.Count} states, {log.Length / Frame} frames.");
    }

    [Fact]
    public async Task A_log_that_ends_in_garbage_opens_as_one_of_the_commits()
    {
        var log = await RunAsync();
        var random = new Random(20261125);
        for (var i = 0; i < 50 * Scale.Factor; i++)
        {
            var torn = log.ToArray();
            // The last writes before the death reached the disk in part: some sectors are new, others hold what was there before.
            var from = random.Next(LogHeader, log.Length);
            random.NextBytes(torn.AsSpan(from, Math.Min(512, log.Length - from)));

            Assert.Contains(await OpenedAsync(torn), _states);
        }
    }

    /// <summary>Runs the scenario; the log as it is before the hub is closed. What it holds after each commit is noted.</summary>
    private async Task<byte[]> RunAsync()
    {
        var path = _folder.File("hub.db");
        var options = new SqliteStoreOptions(path) { OnCommit = point => Note(point, path) };
        await using var cluster = await Cluster.OpenAsync(new SqliteHubStore(options));
        cluster.StartWorker(tasks => CrashScenario.AddTo(tasks, _ => { }, cluster.Client));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Scenario", new CrashScenario.State(0, string.Empty), new StartOrchestrationOptions(CrashScenario.Id));
        await cluster.EndOfAsync(CrashScenario.Id);
        await cluster.StopWorkersAsync();
        File.Copy(path, _folder.File("hub"));
        return await File.ReadAllBytesAsync(path + "-wal");
    }

    private void Note(CommitPoint point, string path)
    {
        if (!point.IsBefore && State(path) is var state && (_states.Count == 0 || _states[^1] != state))
            _states.Add(state);
    }

    private async Task<string> OpenedAsync(byte[] log)
    {
        var path = _folder.File($"copy-{++_copies}.db");
        File.Copy(_folder.File("hub"), path);
        await File.WriteAllBytesAsync(path + "-wal", log);
        await using (var store = new SqliteHubStore(path))
        {
            await store.OpenAsync();
            Assert.True((await store.Integrity).IsSound);
        }

        return State(path);
    }

    private static string State(string path)
    {
        using var session = SqliteSession.Open(path, writes: false);
        var text = new StringBuilder();
        foreach (var table in new[] { "instances", "history", "inbox", "activities" })
        {
            var columns = session.Rows($"SELECT name FROM pragma_table_info('{table}')", row => row.Text(0));
            session.ReadWhile(
                $"SELECT json_array({string.Join(", ", columns)}) FROM {table} ORDER BY key",
                row =>
                {
                    text.Append(table).Append(row.Text(0)).Append('\n');
                    return true;
                });
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
