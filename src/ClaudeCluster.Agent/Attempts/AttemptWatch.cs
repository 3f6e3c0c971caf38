using ClaudeCluster.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>
/// Waits for the end of an attempt while an agent works on it. An attempt that ends without the agent's result was cancelled, or given
/// up for lost: then the work must stop. The wait survives the hub's absence; while nothing is known, the work goes on.
/// </summary>
public sealed class AttemptWatch : IAsyncDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _watching;

    private AttemptWatch(DurableTaskClient client, string attemptId, TimeProvider time, ILogger logger) =>
        _watching = WatchAsync(client, attemptId, time, logger);

    /// <summary>Cancelled when the attempt has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>What the end means for the agent's work; null while there is none.</summary>
    public AttemptOutcome? Outcome { get; private set; }

    public static AttemptWatch Start(DurableTaskClient client, string attemptId, TimeProvider time, ILogger logger) => new(client, attemptId, time, logger);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _watching;
        _over.Dispose();
        _ended.Dispose();
    }

    private async Task WatchAsync(DurableTaskClient client, string attemptId, TimeProvider time, ILogger logger)
    {
        await Task.Yield();
        while (!_over.IsCancellationRequested)
        {
            try
            {
                Outcome = Meaning(await client.WaitForInstanceCompletionAsync(attemptId, getInputsAndOutputs: true, _over.Token));
            }
            catch (OrchestrationNotFoundException)
            {
                Outcome = new AttemptOutcome.Withdrawn();
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Whatever it is: not knowing is no reason to stop, and the fence of the result decides in the end.
                logger.WatchFailed(attemptId, failure);
                await Task.WhenAny(Task.Delay(AskAgain, time, _over.Token));
                continue;
            }

            logger.AttemptEndedElsewhere(attemptId);
            await _ended.CancelAsync();
            return;
        }
    }

    private static AttemptOutcome Meaning(OrchestrationMetadata attempt) => attempt.RuntimeStatus == OrchestrationRuntimeStatus.Terminated
        ? new AttemptOutcome.Cancelled(attempt.SerializedOutput?.Trim('"') is { Length: > 0 and < 200 } by ? by : "the coordinator")
        : new AttemptOutcome.Withdrawn();
}
