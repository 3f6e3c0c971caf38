using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>Asks the hub again and again whether it is there, so that people can be told. The work itself reconnects by itself.</summary>
/// <param name="greet">A call that every hub answers to whoever may work there.</param>
public sealed class HubPulse(Func<CancellationToken, Task> greet, string address, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // Only a person can change that, and a hub counts whoever comes with a wrong credential.
    private static readonly TimeSpan LongestBeat = TimeSpan.FromMinutes(10);

    private int _tries;

    public bool IsConnected { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = Beat;
        try
        {
            while (true)
            {
                var answer = await AskAsync(cancellationToken);
                pause = answer == HubAnswer.Refusal ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestBeat.Ticks)) : Beat;
                if (answer == HubAnswer.None)
                    logger.CoordinatorAway(address, "the hub does not answer", ++_tries, (int)pause.TotalSeconds);
                else if (_tries > 0)
                    logger.CoordinatorBack(address);
                _tries = answer == HubAnswer.None ? _tries : 0;
                IsConnected = answer == HubAnswer.Welcome;
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    private async Task<HubAnswer> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var alarm = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            await greet(limit.Token);
            return HubAnswer.Welcome;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HubAnswer.None;
        }
        catch (Exception answer) when (answer is not OperationCanceledException)
        {
            // Each kind of hub has its own exception for "you may not", which is not known here; silence is none of them.
            logger.HubRefuses(address, answer);
            return HubAnswer.Refusal;
        }
    }

    private enum HubAnswer
    {
        None,
        Refusal,
        Welcome,
    }
}
