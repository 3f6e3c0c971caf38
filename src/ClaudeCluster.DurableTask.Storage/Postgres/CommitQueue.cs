using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// Group commit: what comes while a writer is busy goes together into the next transaction. A lone commit waits for nobody; under load
/// the groups grow by themselves. What a transaction costs hardly depends on how many share it, so a further writer begins only when
/// enough have come to be worth one: two groups overlap, and do not halve each other.
/// </summary>
internal sealed class CommitQueue(PostgresTransactions transactions, int writers, Action<GroupOutcome> committed) : IAsyncDisposable
{
    private const int MostPerGroup = 200;
    private const int WorthAnotherWriter = 16;
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _queue = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _busy;
    private bool _closed;

    public Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout)
    {
        var waiting = new Waiting(batch, handout, new TaskCompletionSource<CommitResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        bool begins;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(PostgresHubStore));
            _queue.Enqueue(waiting);
            begins = _busy < writers && IsWorthWriting(_busy);
            _busy += begins ? 1 : 0;
        }

        if (begins)
            _ = Task.Run(WorkAsync);
        return waiting.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (_busy == 0)
                _ended.TrySetResult();
        }

        await _ended.Task;
    }

    private bool IsWorthWriting(int others) => _queue.Count >= (others == 0 ? 1 : WorthAnotherWriter);

    private async Task WorkAsync()
    {
        for (var come = 0; ;)
        {
            // Who was answered just now, and is about to come back, may come along: one turn, and another while they come.
            await Task.Yield();
            List<Waiting>? group;
            lock (_lock)
            {
                if (_queue.Count > come && _queue.Count < MostPerGroup)
                {
                    come = _queue.Count;
                    continue;
                }

                group = TakeGroup();
            }

            if (group is null)
                return;
            await CommitAsync(group);
            come = 0;
        }
    }

    /// <summary>Null if this writer has nothing more to do.</summary>
    private List<Waiting>? TakeGroup()
    {
        if (!IsWorthWriting(_busy - 1))
        {
            if (--_busy == 0 && _closed)
                _ended.TrySetResult();
            return null;
        }

        List<Waiting> group = [];
        while (group.Count < MostPerGroup && _queue.TryDequeue(out var next))
            group.Add(next);
        return group;
    }

    private async Task CommitAsync(List<Waiting> group)
    {
        GroupOutcome outcome;
        try
        {
            outcome = await transactions.RunAsync(new CommitGroup(group.ConvertAll(waiting => (waiting.Batch, waiting.Handout))).RunAsync);
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

        committed(outcome);
        for (var i = 0; i < group.Count; i++)
            group[i].Done.SetResult(outcome.Results[i]);
    }

    private sealed record Waiting(CommitBatch Batch, Handout? Handout, TaskCompletionSource<CommitResult> Done);
}
