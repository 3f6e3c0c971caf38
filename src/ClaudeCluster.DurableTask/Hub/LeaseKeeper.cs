using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Live workers keep their leases; silent ones lose them, and <see cref="LostLease"/> says what becomes of the work.</summary>
internal sealed class LeaseKeeper(
    ITaskHubStore store, HeldWork held, HubClock clock, LocalTaskHubOptions options, Action<string> changed, ILogger logger)
{
    private const int AtATime = 100;
    private readonly Signal _wake = new();

    /// <summary>Takes away every lease of whoever was here before.</summary>
    public async Task TakeAllBackAsync(CancellationToken cancellation)
    {
        while (await TakeBackAsync(DateTimeOffset.MaxValue, cancellation) > 0)
        {
        }
    }

    /// <summary>Nobody loses a lease because this hub was away: all that are found now last at least until then.</summary>
    public async Task SpareAllAsync(DateTimeOffset until, CancellationToken cancellation)
    {
        while (await store.ReadExpiredAsync(until, AtATime, cancellation) is { Count: > 0 } found)
            await store.RenewAsync([.. found.Select(lease => lease.Token)], until.AddTicks(1), cancellation);
    }

    /// <summary>Whoever holds steps of a hub that is gone cannot complete them: they wait again, and this is not counted as a loss.</summary>
    public async Task GiveBackStepsAsync(CancellationToken cancellation)
    {
        foreach (var lease in (await store.ReadExpiredAsync(DateTimeOffset.MaxValue, int.MaxValue, cancellation)).OfType<StepLease>())
            await store.CommitAsync(LostLease.GiveBack(lease), cancellation);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await clock.WaitAsync(_wake, _wake.Next, clock.Now + (options.LeaseDuration / 3), cancellation);
            if (cancellation.IsCancellationRequested)
                return;
            try
            {
                // Renew first: after a pause of this whole process its own workers must not count as lost.
                await store.RenewAsync(held.Tokens, clock.Now + options.LeaseDuration, cancellation);
                while (await TakeBackAsync(clock.Now, cancellation) == AtATime)
                {
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.LeasesNotKept(e);
            }
        }
    }

    private async Task<int> TakeBackAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        // What a connected worker of this hub holds is never taken, even if it looks expired: the clock may have jumped since its claim.
        var lost = (await store.ReadExpiredAsync(now, AtATime, cancellation)).Where(lease => !held.Holds(lease.Token)).ToList();
        foreach (var lease in lost)
        {
            logger.LeaseLost(lease.InstanceId, lease.WorkerId, lease.Deliveries);
            var verdict = await store.CommitAsync(LostLease.Decide(lease, options.MaximumDeliveries, clock.Now), cancellation);
            held.Remove(lease.Token);
            if (verdict == Verdict.Committed)
                changed(lease.InstanceId);
        }

        return lost.Count;
    }
}
