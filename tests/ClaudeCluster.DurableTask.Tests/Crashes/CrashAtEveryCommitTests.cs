using System.Collections.Concurrent;
using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>The store dies right before and right after each of its commits; what is reopened goes on to the same end.</summary>
public abstract class CrashAtEveryCommitTests
{
    /// <summary>The store of this hub; told of each commit by its number, and whether it is yet to come.</summary>
    internal abstract ITaskHubStore Open(string hub, Action<long, bool>? onCommit);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_before_or_after_any_commit_changes_nothing_of_the_outcome(bool before)
    {
        // Until a run comes to its end without having made so many commits: then each of its commits has been the last of another run.
        var crashes = 0;
        while (await CrashAndGoOnAsync(crashes + 1, before))
            crashes++;

        Assert.InRange(crashes, 25, 200);
        TestContext.Current.TestOutputHelper?.WriteLine($"{crashes} commits, each crashed {(before ? "before" : "after")}.");
    }

    /// <summary>False if the run needs fewer commits, so that there was no crash.</summary>
    private async Task<bool> CrashAndGoOnAsync(int commit, bool before)
    {
        var effects = new ConcurrentDictionary<string, int>();
        var crash = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hub = string.Create(CultureInfo.InvariantCulture, $"crash_{commit}_{(before ? "before" : "after")}");
        var dying = await TryOpenAsync(Open(hub, (number, isBefore) =>
        {
            if (number != commit || isBefore != before)
                return;
            crash.TrySetResult();
            throw new PlannedCrashException();
        }));
        if (dying is not null)
        {
            Work(dying, effects);
            await Task.WhenAny(crash.Task, TryRunAsync(dying));
            await dying.DisposeAsync();
        }

        await using var next = await Cluster.OpenAsync(Open(hub, null));
        Work(next, effects);
        var end = await RunAsync(next);

        Assert.Equal(CrashScenario.Expected, end.ReadOutputAs<string>());
        Assert.Equal(CrashScenario.Effects, effects.Count);
        Assert.True(effects.Values.Sum() <= effects.Count + 2, $"More than the two activities in flight ran again: {string.Join(", ", effects)}");
        var folded = new InstanceState(CrashScenario.Id, string.Empty, string.Empty).Apply(await next.Client.GetOrchestrationHistoryAsync(CrashScenario.Id));
        Assert.Equal((end.RuntimeStatus, end.SerializedOutput), (folded.Status, folded.Output));
        return crash.Task.IsCompleted;
    }

    private static void Work(Cluster cluster, ConcurrentDictionary<string, int> effects) =>
        cluster.StartWorker(tasks => CrashScenario.AddTo(tasks, key => effects.AddOrUpdate(key, 1, (_, runs) => runs + 1), cluster.Client));

    private static async Task<Cluster?> TryOpenAsync(ITaskHubStore store)
    {
        try
        {
            return await Cluster.OpenAsync(store);
        }
        catch (PlannedCrashException)
        {
            await store.DisposeAsync();
            return null;
        }
    }

    private static async Task<OrchestrationMetadata> RunAsync(Cluster cluster)
    {
        try
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Scenario", new CrashScenario.State(0, string.Empty), new StartOrchestrationOptions(CrashScenario.Id));
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It was started before the crash and goes on.
        }

        return await cluster.EndOfAsync(CrashScenario.Id);
    }

    private static async Task TryRunAsync(Cluster cluster)
    {
        try
        {
            await RunAsync(cluster);
        }
        catch (PlannedCrashException)
        {
            // The start itself was the commit that died.
        }
    }

    private sealed class PlannedCrashException : Exception;
}

public sealed class CrashAtEveryCommitOnSqlite : CrashAtEveryCommitTests, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal override ITaskHubStore Open(string hub, Action<long, bool>? onCommit) =>
        new SqliteHubStore(new SqliteStoreOptions(_folder.File($"{hub}.db")) { OnCommit = onCommit is null ? null : point => onCommit(point.Number, point.IsBefore) });
}

public sealed class CrashAtEveryCommitOnPostgres : CrashAtEveryCommitTests, IDisposable
{
    private string? _run;
    private string? _hub;

    public void Dispose()
    {
        if (_hub is not null)
            SharedServer.GiveBack(_hub);
    }

    internal override ITaskHubStore Open(string hub, Action<long, bool>? onCommit)
    {
        var server = SharedServer.Get();
        if (hub != _run)
        {
            Dispose();
            (_run, _hub) = (hub, SharedServer.TakeHub());
        }

        var options = server.Options(_hub!) with { OnCommit = onCommit is null ? null : point => onCommit(point.Number, point.IsBefore) };
        return new PostgresHubStore(options, TimeProvider.System);
    }
}
