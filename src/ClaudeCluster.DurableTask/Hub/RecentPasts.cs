using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// Histories that were read not long ago and have grown by this hub's own commits since, for workers that want the whole past with each step, as
/// the SDKs of other languages do. Nothing is ever changed in place but the revision: a past is good for exactly the revision that it was
/// kept under, so what another hub has written is never overlooked. The least recently read go first.
/// </summary>
/// <param name="mostCharacters">Of the payloads of all histories together.</param>
internal sealed class RecentPasts(long mostCharacters)
{
    // So much for an event beside its payload.
    private const int CharactersOfEvent = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Past>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<Past> _byUse = new();
    private long _characters;

    /// <summary>The past of this state; null if it is not known.</summary>
    public IReadOnlyList<HistoryEvent>? Find(InstanceState state)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(state.InstanceId, out var node) || !node.Value.IsOf(state))
                return null;
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return [.. node.Value.Events];
        }
    }

    /// <summary>Remembers what was read of the store.</summary>
    public void Keep(InstanceState state, IReadOnlyList<HistoryEvent> events)
    {
        lock (_lock)
        {
            Forget(state.InstanceId);
            Add(new Past(state.InstanceId, state.ExecutionId, state.Revision, [.. events], events.Sum(SizeOf)));
        }
    }

    /// <summary>Takes in what was committed. What does not continue a known past ends it.</summary>
    public void Committed(CommitBatch batch)
    {
        // A revision counts what was added to the history: without that, the past is what it was.
        if (batch.Instance is not { } after || (batch.History.Count == 0 && !batch.ReplacesHistory))
            return;
        lock (_lock)
        {
            if (!_byId.TryGetValue(batch.InstanceId, out var node))
                return;
            var past = node.Value;
            Forget(batch.InstanceId);
            if (!batch.ReplacesHistory && !after.Status.IsTerminal() && past.IsOf(after with { Revision = after.Revision - 1 }))
            {
                past.Events.AddRange(batch.History);
                Add(past with { Revision = after.Revision, Characters = past.Characters + batch.History.Sum(SizeOf) });
            }
        }
    }

    private void Add(Past past)
    {
        // One that would push out all others is read again instead.
        if (past.Characters > mostCharacters / 8)
            return;
        _byId.Add(past.InstanceId, _byUse.AddLast(past));
        _characters += past.Characters;
        while (_characters > mostCharacters)
            Forget(_byUse.First!.Value.InstanceId);
    }

    private void Forget(string instanceId)
    {
        if (!_byId.Remove(instanceId, out var node))
            return;
        _byUse.Remove(node);
        _characters -= node.Value.Characters;
    }

    private static long SizeOf(HistoryEvent happened) => CharactersOfEvent + (happened switch
    {
        ExecutionStarted started => started.Input?.Length,
        TaskScheduled scheduled => scheduled.Input?.Length,
        TaskCompleted completed => completed.Result?.Length,
        TaskFailed failed => failed.Failure.ToString().Length,
        SubOrchestrationCreated created => created.Input?.Length,
        SubOrchestrationCompleted completed => completed.Result?.Length,
        SubOrchestrationFailed failed => failed.Failure.ToString().Length,
        EventRaised raised => raised.Input?.Length,
        EventSent sent => sent.Input?.Length,
        _ => 0,
    } ?? 0);

    private sealed record Past(string InstanceId, string ExecutionId, int Revision, List<HistoryEvent> Events, long Characters)
    {
        public bool IsOf(InstanceState state) => Revision == state.Revision && string.Equals(ExecutionId, state.ExecutionId, StringComparison.Ordinal);
    }
}
