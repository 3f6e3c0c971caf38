using ClaudeCluster.DurableTask.Hub;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>Asks the hub again and again whether it is there, so that people can be told. The work itself reconnects by itself.</summary>
public sealed class HubPulse(ITaskHub hub, string address, TimeProvider time, ILogger logger)
{
    private const string NoInstance = "is-anybody-there";
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private int _tries;

    public bool IsConnected { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var isThere = await AskAsync(cancellationToken);
                if (!isThere)
                    logger.CoordinatorAway(address, "the hub does not answer", ++_tries, (int)Beat.TotalSeconds);
                else if (_tries > 0)
                    logger.CoordinatorBack(address);
                _tries = isThere ? 0 : _tries;
                IsConnected = isThere;
                await Task.Delay(Beat, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    /// <summary>Once.</summary>
    public async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var alarm = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            await hub.GetAsync(NoInstance, payloads: false, limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception answer) when (answer is not OperationCanceledException)
        {
            // "You may not ask that" is an answer too. Each kind of hub has its own exception for it, which is not known here; silence is none of them.
            logger.HubRefuses(address, answer);
            return true;
        }
    }
}
