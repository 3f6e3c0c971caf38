using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Agent;

/// <summary>
/// Asks the attempt, which is its own referee, for the right to work on it: the first who asks is named in its status. Whoever is not
/// named, such as the second taker of a redelivered work item, does nothing.
/// </summary>
public sealed class AttemptClaim(DurableTaskClient client, AgentOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // Budgets are reserved between question and answer; a hub may be busy, or away. After this somebody else is asked.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <returns>The granted claim; null: this worker must not work on the attempt.</returns>
    public async Task<AttemptStatus?> TakeAsync(string attemptId, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var isAsked = false;
        for (var pause = FirstLook; time.GetElapsedTime(start) < Patience; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                if (!isAsked)
                    await AskAsync(attemptId, cancellationToken);
                isAsked = true;
                if (await client.GetInstanceAsync(attemptId, getInputsAndOutputs: true, cancellationToken) is not { IsCompleted: false } attempt)
                    return null;
                if (attempt.ReadCustomStatusAs<AttemptStatus>() is { Owner: { } owner } status)
                    return owner == options.WorkerId ? status : null;
            }
            catch (OrchestrationNotFoundException)
            {
                return null;
            }
            catch (HubCallException e) when (e.IsUnanswered)
            {
                // Whoever is named stays named, however often it asks.
            }

            await Task.Delay(pause, time, cancellationToken);
        }

        return null;
    }

    private Task AskAsync(string attemptId, CancellationToken cancellationToken) =>
        client.RaiseAttemptStartedAsync(attemptId, new AttemptStarted(options.AgentId, options.WorkerId, options.RunUrl), cancellationToken);
}
