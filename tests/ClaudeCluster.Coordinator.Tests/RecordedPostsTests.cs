using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Coordinator.Tests;

public sealed class RecordedPostsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_post_that_was_begun_is_known_to_the_next_coordinator_on_the_store()
    {
        var file = Path.Combine(_folder.Path, "hub.db");

        Assert.Equal((false, true), await BeginAsync(file, "42-7-issue-42-7-1", "42-7-issue-42-7-1"));
        Assert.Equal((true, false), await BeginAsync(file, "42-7-issue-42-7-1", "42-8-issue-42-8-1"));
    }

    /// <returns>Whether each was begun before.</returns>
    private static async Task<(bool First, bool Second)> BeginAsync(string file, string first, string second)
    {
        await using var store = new SqliteHubStore(file);
        await store.OpenAsync(Cancellation);
        var posts = new RecordedPosts(store.Records, TimeProvider.System);
        return (await posts.BeginAsync(first, Cancellation), await posts.BeginAsync(second, Cancellation));
    }
}
