using System.Threading.Channels;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// Group commit: what comes while the writers are busy goes together into the next transaction. A lone commit waits for nobody; under
/// load the groups grow by themselves.
/// </summary>
internal sealed class CommitQueue : IAsyncDisposable
{
    private const int MostPerGroup = 200;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>();
    private readonly PostgresTransactions _transactions;
    private readonly Action<GroupOutcome> _committed;
    private readonly Task _working;

    /// <param name="committed">Told of each group, once it is committed and before its callers are.</param>
    public CommitQueue(PostgresTransactions transactions, int writers, Action<GroupOutcome> committed)
    {
        (_transactions, _committed) = (transactions, committed);
        _working = Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(WorkAsync)));
    }

    public Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout)
    {
        var waiting = new Waiting(batch, handout, new TaskCompletionSource<CommitResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _queue.Writer.TryWrite(waiting) ? waiting.Done.Task : throw new ObjectDisposedException(nameof(PostgresHubStore));
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _working;
    }

    private async Task WorkAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            List<Waiting> group = [];
            while (group.Count < MostPerGroup && _queue.Reader.TryRead(out var next))
                group.Add(next);
            if (group.Count > 0)
                await CommitAsync(group);
        }
    }

    private async Task CommitAsync(List<Waiting> group)
    {
        GroupOutcome outcome;
        try
        {
            outcome = await _transactions.RunAsync(new CommitGroup(group.ConvertAll(waiting => (waiting.Batch, waiting.Handout))).RunAsync);
        }
        catch (Exception) when (group.Count > 1)
        {
            // One of them cannot be written, whatever the others are. Each alone, and only that one fails.
            foreach (var alone in group)
                await CommitAsync([alone]);
            return;
        }
        catch (Exception e)
        {
            group[0].Done.SetException(e);
            return;
        }

        _committed(outcome);
        for (var i = 0; i < group.Count; i++)
            group[i].Done.SetResult(outcome.Results[i]);
    }

    private sealed record Waiting(CommitBatch Batch, Handout? Handout, TaskCompletionSource<CommitResult> Done);
}
