namespace ClaudeCluster.Orchestrations;

/// <param name="AttemptId">The attempt's instance.</param>
/// <param name="Why">What its agent is told.</param>
public sealed record AttemptToCancel(string AttemptId, string Why);

/// <summary>
/// Ends an attempt from outside. Its agent sees the end within a second or two, stops, and saves what it has on the attempt's own branch. One
/// that has ended already stays as it is, so twice is once.
/// </summary>
[DurableTask]
public sealed class CancelAttempt(DurableTaskClient client) : TaskActivity<AttemptToCancel, bool>
{
    public override async Task<bool> RunAsync(TaskActivityContext context, AttemptToCancel input)
    {
        if (await client.GetInstanceAsync(input.AttemptId) is not { IsCompleted: false })
            return false;
        await client.TerminateInstanceAsync(input.AttemptId, input.Why);
        return true;
    }
}
