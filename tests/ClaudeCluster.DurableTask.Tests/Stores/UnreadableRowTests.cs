using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>A row that cannot be read, or is of a newer version, ends its own orchestration with the reason and holds up no other.</summary>
public sealed class UnreadableRowTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"type":"ofANewerVersion","timestamp":"2026-03-01T12:00:00+00:00"}""")]
    [InlineData("""{"timestamp":"2026-03-01T12:00:00+00:00"}""")]
    [InlineData("null")]
    public async Task A_message_that_cannot_be_read_fails_its_orchestration_and_no_other(string text)
    {
        await using (var before = await OpenAsync())
        {
            await before.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("bad"));
            await before.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("good"));
        }

        Damage("UPDATE inbox SET event = ?1 WHERE key >> 24 = (SELECT key FROM instances WHERE instance_id = 'bad')", text);

        await using var cluster = await OpenAsync();
        Work(cluster);
        await cluster.Client.RaiseEventAsync("good", "Go", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await cluster.EndOfAsync("good")).RuntimeStatus);
        AssertNotReplayable(await cluster.EndOfAsync("bad"), "A message to 'bad' cannot be read");
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_fails_its_orchestration_and_no_other()
    {
        await using (var before = await OpenAsync())
        {
            Work(before);
            foreach (var id in new[] { "bad", "good" })
            {
                await before.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions(id));
                await before.Client.WaitForInstanceStartAsync(id).WaitAsync(Cluster.Patience);
            }
        }

        Damage("UPDATE history SET events = ?1 WHERE key >> 24 = (SELECT key FROM instances WHERE instance_id = 'bad')", "[{]");

        await using var cluster = await OpenAsync();
        Work(cluster);
        await cluster.Client.RaiseEventAsync("bad", "Go", 1);
        await cluster.Client.RaiseEventAsync("good", "Go", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await cluster.EndOfAsync("good")).RuntimeStatus);
        AssertNotReplayable(await cluster.EndOfAsync("bad"), "The history of 'bad' cannot be replayed");
    }

    private static void AssertNotReplayable(OrchestrationMetadata end, string reason)
    {
        Assert.Equal((OrchestrationRuntimeStatus.Failed, FailureTypes.NotReplayable), (end.RuntimeStatus, end.FailureDetails?.ErrorType));
        Assert.Contains(reason, end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    private static void Work(Cluster cluster) =>
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int>("Waits", context => context.WaitForExternalEvent<int>("Go")));

    private Task<Cluster> OpenAsync() => Cluster.OpenAsync(new SqliteHubStore(_folder.File("hub.db")));

    private void Damage(string sql, string text)
    {
        using var session = SqliteSession.Open(_folder.File("hub.db"), writes: true);
        Assert.NotEqual(0, session.Execute(sql, text));
    }
}
