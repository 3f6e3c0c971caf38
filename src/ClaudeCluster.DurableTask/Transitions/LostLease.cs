using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>What becomes of work whose holder does not finish it. Pure; the states are drawn in Lease.cs.</summary>
internal static class LostLease
{
    /// <summary>The worker is gone.</summary>
    public static CommitBatch Decide(Lease lease, int maximumDeliveries, DateTimeOffset now) => lease switch
    {
        ActivityLease activity when FailsWithItsWorker(activity) => InstanceRequests.EndActivity(activity, null, WorkerLost(activity), now),
        _ => GiveBack(lease, maximumDeliveries, now),
    };

    /// <summary>The worker is there but gives the work back.</summary>
    public static CommitBatch GiveBack(Lease lease, int maximumDeliveries, DateTimeOffset now) => lease switch
    {
        ActivityLease activity => Requeue(activity, new Guard.HoldsActivity(activity.Token)),
        StepLease step when step.Deliveries >= maximumDeliveries => Poison(step, now),
        _ => Requeue(lease, new Guard.HoldsStep(lease.Token)),
    };

    private static bool FailsWithItsWorker(ActivityLease lease) =>
        lease.Activity.Tags.TryGetValue(TaskTags.OnLostWorker, out var rule) && string.Equals(rule, TaskTags.Fail, StringComparison.OrdinalIgnoreCase);

    private static CommitBatch Requeue(Lease lease, Guard guard) => new(lease.InstanceId, guard) { Leased = Disposition.Requeued };

    private static CommitBatch Poison(StepLease lease, DateTimeOffset now)
    {
        var failure = new TaskFailureDetails(
            FailureTypes.Poisoned,
            $"The next step of '{lease.InstanceId}' was given to workers {lease.Deliveries} times and never completed; the last was '{lease.WorkerId}'.")
        {
            IsNonRetriable = true,
        };
        var end = new ExecutionCompleted(OrchestrationRuntimeStatus.Failed, null) { Failure = failure };
        return Endings.EndAtOnce(lease.State, new Guard.HoldsStep(lease.Token), new ExecutionPoisoned(failure), end, now);
    }

    private static TaskFailureDetails WorkerLost(ActivityLease lease) => new(
        FailureTypes.WorkerLost,
        $"The worker '{lease.WorkerId}' was lost while it ran activity '{lease.Activity.Name}' (#{lease.Activity.TaskId}).");
}
