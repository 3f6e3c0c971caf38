using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Checks;

/// <summary>
/// Looks at every commit that is really written: each continues the history that is there, answers nothing twice and nothing that was not
/// asked, and rings no timer early.
/// </summary>
internal sealed class Audit(ITaskHubStore inner, World world) : StoreDecorator(inner)
{
    private readonly Dictionary<string, Execution> _executions = new(StringComparer.Ordinal);

    public override async Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        var before = await Inner.ReadInstanceAsync(batch.InstanceId, cancellation);
        var result = await Inner.CommitAsync(batch, handout, cancellation);
        if (result.Verdict != Verdict.Committed)
            return result;
        world.NoteProgress();
        if (batch.History.Count > 0 && batch.Instance is { } after)
            Check(before!, after, batch);
        return result;
    }

    private void Check(InstanceState before, InstanceState after, CommitBatch batch)
    {
        if (after.Revision != before.Revision + 1)
            world.Fail($"history is overwritten: {after.InstanceId} was at revision {before.Revision}, and {after.Revision} was written");
        if (batch.ReplacesHistory)
            _executions.Remove(before.ExecutionId);
        if (!_executions.TryGetValue(before.ExecutionId, out var execution))
            _executions.Add(before.ExecutionId, execution = new Execution());
        var stepBegan = DateTimeOffset.MinValue;
        foreach (var happened in batch.History)
        {
            stepBegan = happened is OrchestratorStarted ? happened.Timestamp : stepBegan;
            Check(after.InstanceId, execution, happened, stepBegan);
        }
    }

    private void Check(string instanceId, Execution execution, HistoryEvent happened, DateTimeOffset stepBegan)
    {
        switch (happened)
        {
            case TaskScheduled asked:
                Asked(asked.TaskId);
                break;
            case SubOrchestrationCreated asked:
                Asked(asked.TaskId);
                break;
            case TimerCreated asked:
                Asked(asked.TaskId);
                break;
            case TaskCompleted answer:
                Answered(answer.TaskId);
                break;
            case TaskFailed answer:
                Answered(answer.TaskId);
                break;
            case SubOrchestrationCompleted answer:
                Answered(answer.TaskId);
                break;
            case SubOrchestrationFailed answer:
                Answered(answer.TaskId);
                break;
            case TimerFired answer:
                Answered(answer.TaskId);
                if (stepBegan < answer.FireAt)
                    world.Fail($"a timer fires early: {instanceId}#{answer.TaskId} at {stepBegan:O} instead of {answer.FireAt:O}");
                break;
        }

        void Asked(int taskId)
        {
            if (!execution.Asked.Add(taskId))
                world.Fail($"asked twice: {instanceId}#{taskId}");
        }

        void Answered(int taskId)
        {
            if (!execution.Asked.Contains(taskId))
                world.Fail($"answered but never asked: {instanceId}#{taskId}");
            if (!execution.Answered.Add(taskId))
                world.Fail($"answered twice: {instanceId}#{taskId} by {happened.GetType().Name}");
        }
    }

    private sealed class Execution
    {
        public HashSet<int> Asked { get; } = [];

        public HashSet<int> Answered { get; } = [];
    }
}
