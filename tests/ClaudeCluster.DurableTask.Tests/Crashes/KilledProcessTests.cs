using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

public sealed class KilledProcessOnSqlite() : KilledProcessFacts(StoreKind.Sqlite);

public sealed class KilledProcessOnPostgres() : KilledProcessFacts(StoreKind.Postgres);

/// <summary>Real processes, real SIGKILL, at commits chosen by a seed. A class that derives from this one says on which store.</summary>
public abstract class KilledProcessFacts(StoreKind kind) : IDisposable
{
    private const int SigKill = 137;
    private const int AtATime = 2;
    private static readonly int Kills = 20 * Scale.Factor;
    private readonly TestFolder _folder = new();
    private readonly ConcurrentDictionary<string, int> _points = new(StringComparer.Ordinal);
    private int _kills;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_process_killed_again_and_again_loses_nothing_and_doubles_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(KillHubsAsync));

        var befores = _points.Where(point => point.Key == "before").Sum(point => point.Value);
        TestContext.Current.TestOutputHelper?.WriteLine($"{_kills} kills, {befores} before a commit and {_kills - befores} after one.");
        Assert.InRange(befores, 1, _kills - 1);
    }

    private async Task KillHubsAsync(int lane)
    {
        var random = new Random(20261124 + lane);
        for (var hub = lane; Volatile.Read(ref _kills) < Kills; hub += AtATime)
            await KillUntilTheEndAsync(hub, random);
    }

    private async Task KillUntilTheEndAsync(int hub, Random random)
    {
        var place = LastingStores.NewPlace(kind, _folder, hub);
        var effects = Directory.CreateDirectory(_folder.File($"effects-{hub}")).FullName;
        var kills = 0;
        while (true)
        {
            var when = random.Next(2) == 0 ? "before" : "after";
            var exit = await RunHostAsync(place, effects, random.Next(1, 16), when);
            if (exit == 0)
                break;
            Assert.Equal(SigKill, exit);
            Assert.True(++kills < 100, "It never gets to its end.");
            _points.AddOrUpdate(when, 1, (_, points) => points + 1);
            Interlocked.Increment(ref _kills);
        }

        await CheckAsync(place, effects, kills);
    }

    private async Task CheckAsync(string place, string effects, int kills)
    {
        await using var store = LastingStores.Open(kind, place);
        await store.OpenAsync();
        var end = (await store.ReadInstanceAsync(CrashScenario.Id))!;
        Assert.Equal((OrchestrationRuntimeStatus.Completed, $"\"{CrashScenario.Expected}\""), (end.Status, end.Output));
        var folded = new InstanceState(end.InstanceId, string.Empty, string.Empty).Apply(await store.ReadHistoryAsync(end.InstanceId, end.ExecutionId));
        Assert.Equal((end.Status, end.Output), (folded.Status, folded.Output));

        // One file per call, whichever run of it wrote it: each call had its effect, and none that nobody made. A call runs again only if
        // it was in flight at a kill, and two are at most.
        var files = new DirectoryInfo(effects).GetFiles();
        Assert.Equal(CrashScenario.Effects, files.Length);
        Assert.True(files.Sum(file => file.Length) <= files.Length + (2 * kills));
        await LastingStores.AssertSoundAsync(store);
    }

    private async Task<int> RunHostAsync(string place, string effects, int commit, string when)
    {
        string[] arguments =
            [typeof(CrashHost).Assembly.Location, CrashHost.Verb, kind.ToString(), place, effects, commit.ToString(CultureInfo.InvariantCulture), when];
        using var host = Process.Start(new ProcessStartInfo("dotnet", arguments))!;
        using var patience = new CancellationTokenSource(Cluster.Patience);
        await host.WaitForExitAsync(patience.Token);
        return host.ExitCode;
    }
}
