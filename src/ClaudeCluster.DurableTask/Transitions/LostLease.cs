using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>What becomes of work whose holder does not finish it. Pure; the states are drawn in Lease.cs.</summary>
internal static class LostLease
{
    /// <summary>The worker is gone, perhaps because of this very work.</summary>
    public static CommitBatch Decide(Lease lease, int maximumDeliveries, DateTimeOffset now) => lease switch
    {
        ActivityLease activity when FailsWithItsWorker(activity) => InstanceRequests.EndActivity(activity, null, WorkerLost(activity), now),
        ActivityLease activity when activity.Deliveries >= maximumDeliveries => InstanceRequests.EndActivity(activity, null, Poisoned(activity), now),
        StepLease step when step.Deliveries >= maximumDeliveries => Poison(step, now),
        _ => WaitAgain(lease, Disposition.Requeued),
    };

    /// <summary>The worker is well but stops, or has no time for it: nothing that the work is to blame for.</summary>
    public static CommitBatch GiveBack(Lease lease) => WaitAgain(lease, Disposition.Returned);

    private static bool FailsWithItsWorker(ActivityLease lease) =>
        lease.Activity.Tags.TryGetValue(TaskTags.OnLostWorker, out var rule) && string.Equals(rule, TaskTags.Fail, StringComparison.OrdinalIgnoreCase);

    private static CommitBatch WaitAgain(Lease lease, Disposition disposition) =>
        new(lease.InstanceId, lease is ActivityLease ? new Guard.HoldsActivity(lease.Token) : new Guard.HoldsStep(lease.Token)) { Leased = disposition };

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

    private static TaskFailureDetails Poisoned(ActivityLease lease) => new(
        FailureTypes.Poisoned,
        $"Activity '{lease.Activity.Name}' (#{lease.Activity.TaskId}) was given to workers {lease.Deliveries} times, and none came back; "
        + $"the last was '{lease.WorkerId}'.")
    {
        IsNonRetriable = true,
    };

    private static TaskFailureDetails WorkerLost(ActivityLease lease) => new(
        FailureTypes.WorkerLost,
        $"The worker '{lease.WorkerId}' was lost while it ran activity '{lease.Activity.Name}' (#{lease.Activity.TaskId}).");
}
