namespace ClaudeCluster.DurableTask.Replay;

/// <summary>Tries a task again as its options say. Each attempt is a task of its own, each delay a durable timer.</summary>
internal static class Retrying
{
    public static Task<T> RunAsync<T>(TaskOrchestrationContext context, TaskRetryOptions? retry, Func<Task<T>> attempt) =>
        retry is null ? attempt() : RetryAsync(context, retry, attempt);

    internal static TimeSpan Delay(RetryPolicy policy, int failedAttempts)
    {
        if (policy.FirstRetryInterval == TimeSpan.Zero)
            return TimeSpan.Zero; // Nothing, however often it grows; times infinity it would be no number.
        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, failedAttempts - 1);
        return ticks < policy.MaxRetryInterval.Ticks ? TimeSpan.FromTicks((long)ticks) : policy.MaxRetryInterval;
    }

    private static async Task<T> RetryAsync<T>(TaskOrchestrationContext context, TaskRetryOptions retry, Func<Task<T>> attempt)
    {
        var begun = context.CurrentUtcDateTime;
        for (var attempts = 1; ; attempts++)
        {
            TaskFailureDetails failure;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failed) when (!failed.FailureDetails.IsNonRetriable)
            {
                failure = failed.FailureDetails;
                if (!MayRetry(context, retry, begun, attempts, failure))
                    throw;
                if (retry.Handler is { } handler && !await AskAsync(context, handler, begun, attempts, failure))
                    throw;
            }

            if (retry.Policy is { } policy)
                await context.CreateTimer(Delay(policy, attempts), CancellationToken.None);
        }
    }

    private static bool MayRetry(TaskOrchestrationContext context, TaskRetryOptions retry, DateTime begun, int attempts, TaskFailureDetails failure)
    {
        if (retry.Policy is not { } policy)
            return true;
        if (attempts >= policy.MaxNumberOfAttempts || !policy.HandleFailure(failure))
            return false;
        var nextAttempt = context.CurrentUtcDateTime - begun + Delay(policy, attempts);
        return policy.RetryTimeout == Timeout.InfiniteTimeSpan || nextAttempt <= policy.RetryTimeout;
    }

    private static Task<bool> AskAsync(
        TaskOrchestrationContext context, AsyncRetryHandler handler, DateTime begun, int attempts, TaskFailureDetails failure) =>
        handler(new RetryContext(context, attempts, failure, context.CurrentUtcDateTime - begun, CancellationToken.None));
}
