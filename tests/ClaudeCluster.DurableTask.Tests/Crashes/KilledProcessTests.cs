using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;
using Microsoft.Data.Sqlite;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>Real processes, real SIGKILL, at commits chosen by a seed.</summary>
public abstract class KilledProcessTests : IDisposable
{
    private const int SigKill = 137;
    private static readonly int Kills = 20 * Scale.Factor;
    private readonly TestFolder _folder = new();

    public virtual void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new hub, as <see cref="CrashHost"/> is told of it.</summary>
    internal abstract string NewHub(TestFolder folder, int number);

    /// <summary>What else the store itself can say about its state.</summary>
    internal virtual Task CheckStoreAsync(string hub) => Task.CompletedTask;

    [Fact]
    public async Task A_process_killed_again_and_again_loses_nothing_and_doubles_nothing()
    {
        var random = new Random(20261124);
        var kills = 0;
        for (var hub = 0; kills < Kills; hub++)
            kills += await KillUntilTheEndAsync(hub, random);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills.");
    }

    private async Task<int> KillUntilTheEndAsync(int hub, Random random)
    {
        var path = NewHub(_folder, hub);
        var effects = Directory.CreateDirectory(_folder.File($"effects-{hub}")).FullName;
        var kills = 0;
        while (true)
        {
            var commit = random.Next(1, 16).ToString(CultureInfo.InvariantCulture);
            var exit = await RunHostAsync(path, effects, commit, random.Next(2) == 0 ? "before" : "after");
            if (exit == 0)
                break;
            Assert.Equal(SigKill, exit);
            Assert.True(++kills < 100, "It never gets to its end.");
        }

        await CheckAsync(path, effects, kills);
        return kills;
    }

    private async Task CheckAsync(string path, string effects, int kills)
    {
        await using var reader = CrashHost.Open(path, null);
        await reader.OpenAsync();
        var end = (await reader.ReadInstanceAsync(CrashScenario.Id))!;
        Assert.Equal((OrchestrationRuntimeStatus.Completed, $"\"{CrashScenario.Expected}\""), (end.Status, end.Output));
        var folded = new InstanceState(end.InstanceId, string.Empty, string.Empty).Apply(await reader.ReadHistoryAsync(end.InstanceId, end.ExecutionId));
        Assert.Equal((end.Status, end.Output), (folded.Status, folded.Output));

        // Each call once, and again at most for what was in flight at a kill.
        var files = new DirectoryInfo(effects).GetFiles();
        Assert.Equal(CrashScenario.Effects, files.Length);
        Assert.True(files.Sum(file => file.Length) <= files.Length + (2 * kills));

        await reader.DisposeAsync();
        await CheckStoreAsync(path);
    }

    private static async Task<int> RunHostAsync(string path, string effects, string commit, string when)
    {
        using var host = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrashHost).Assembly.Location, CrashHost.Verb, path, effects, commit, when]))!;
        using var patience = new CancellationTokenSource(Cluster.Patience);
        await host.WaitForExitAsync(patience.Token);
        return host.ExitCode;
    }
}

public sealed class KilledProcessOnSqliteTests : KilledProcessTests
{
    internal override string NewHub(TestFolder folder, int number) => folder.File($"hub-{number}.db");

    internal override async Task CheckStoreAsync(string hub)
    {
        await using var connection = new SqliteConnection($"Data Source={hub};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", check.ExecuteScalar());
    }
}

public sealed class KilledProcessOnPostgresTests : KilledProcessTests
{
    private readonly List<string> _hubs = [];

    public override void Dispose()
    {
        _hubs.ForEach(PostgresServer.GiveBack);
        base.Dispose();
    }

    internal override string NewHub(TestFolder folder, int number)
    {
        var server = PostgresServer.Get();
        _hubs.Add(server.TakeHub());
        return CrashHost.OnPostgres(server.Options(_hubs[^1]));
    }
}
