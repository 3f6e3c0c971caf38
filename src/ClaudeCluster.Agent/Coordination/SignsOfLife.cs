using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>
/// Tells the coordinator how the agent is: every 20 seconds and at each change. While it cannot be reached, the agent works on, says so,
/// and tries again in ever longer, random pauses.
/// </summary>
public sealed class SignsOfLife(
    ICoordinatorLink link, string address, Func<AgentReport> report, OfferGate gate, TimeProvider time, Random random, ILogger logger) : IDisposable
{
    /// <summary>Of the offer gate.</summary>
    public const string Maintenance = "maintenance";

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _changed = new(0);
    private int _tries;

    /// <summary>When the coordinator last answered; null: not yet.</summary>
    public DateTimeOffset? LastAnswer { get; private set; }

    /// <summary>Something changed that people want to see.</summary>
    public void Wake()
    {
        if (_changed.CurrentCount == 0)
            _changed.Release();
    }

    /// <summary>Until the token is cancelled; then says once more how it stands.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = await BeatAsync(cancellationToken);
            try
            {
                // A change does not shorten the pause while nobody answers.
                if (_tries > 0)
                    await Task.Delay(pause, time, cancellationToken);
                else
                    await WaitForChangeAsync(pause, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public void Dispose() => _changed.Dispose();

    /// <returns>The pause before the next one.</returns>
    private async Task<TimeSpan> BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            Obey(await link.ReportAsync(report(), cancellationToken));
            if (link is not NoCoordinator && (_tries > 0 || LastAnswer is null))
                logger.CoordinatorBack(address);
            _tries = 0;
            LastAnswer = time.GetUtcNow();
            return Beat;
        }
        catch (CoordinatorAwayException away)
        {
            var pause = Pause();
            logger.CoordinatorAway(address, away.Message, _tries, (int)Math.Ceiling(pause.TotalSeconds));
            return pause;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
    }

    private void Obey(AgentOrders orders)
    {
        if (orders.Maintenance == gate.IsClosedBy(Maintenance))
            return;
        if (orders.Maintenance)
            gate.Close(Maintenance, "a person has set this agent to maintenance");
        else
            gate.Open(Maintenance);
    }

    private async Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var alarm = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), end, atMost, Timeout.InfiniteTimeSpan);
        try
        {
            await _changed.WaitAsync(end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time for the next sign.
        }
    }

    private TimeSpan Pause()
    {
        var most = Math.Min(Beat.TotalSeconds * 1.5, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(_tries++, 20)));
        // At least half of it, at most one and a half times: a hundred agents do not come back in the same instant.
        return TimeSpan.FromSeconds(most * (0.5 + random.NextDouble()));
    }
}
