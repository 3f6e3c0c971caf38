using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>How much more one connected worker can hold.</summary>
internal sealed class WorkerRoom(WorkerOffer offer)
{
    private int _steps = offer.StepRoom;
    private int _activities = offer.ActivityRoom;

    public WorkerOffer Offer { get; } = offer;

    public int ForSteps => Offer.Orchestrations is { Count: 0 } ? 0 : Volatile.Read(ref _steps);

    public int ForActivities => Offer.Activities is { Count: 0 } ? 0 : Volatile.Read(ref _activities);

    public void Take(Lease lease) => Change(lease, -1);

    public void Free(Lease lease) => Change(lease, +1);

    private void Change(Lease lease, int by)
    {
        if (lease is StepLease)
            Interlocked.Add(ref _steps, by);
        else
            Interlocked.Add(ref _activities, by);
    }
}
