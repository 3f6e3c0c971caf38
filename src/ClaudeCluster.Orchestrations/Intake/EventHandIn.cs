namespace ClaudeCluster.Orchestrations;

/// <summary>How a door hands an event to the hub: durable when it returns, and once, however often it is handed in.</summary>
public static class EventHandIn
{
    /// <summary>An instance that somebody else has just started again is left alone.</summary>
    private static readonly string[] Open =
        [nameof(OrchestrationRuntimeStatus.Pending), nameof(OrchestrationRuntimeStatus.Running), nameof(OrchestrationRuntimeStatus.Suspended)];

    /// <returns>The instance of <see cref="ReceiveEvent"/>, and whether this call started it.</returns>
    public static async Task<(string InstanceId, bool IsNew)> HandInAsync(this DurableTaskClient client, EventDelivery delivery, CancellationToken cancellationToken)
    {
        var id = ReceiveEvent.InstanceId(delivery.Event.Key);
        var earlier = await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        if (earlier is not null && !WasRefused(earlier))
            return (id, IsNew: false);
        try
        {
            var options = new StartOrchestrationOptions(id) { DedupeStatuses = earlier is null ? Enum.GetNames<OrchestrationRuntimeStatus>() : Open };
            await client.ScheduleNewReceiveEventInstanceAsync(delivery, options, cancellationToken);
            return (id, IsNew: true);
        }
        catch (Exception)
        {
            // Each SDK refuses a taken id with an exception of its own; that the instance is there says the same in all of them.
            if (await client.GetInstanceAsync(id, getInputsAndOutputs: false, cancellationToken) is null)
                throw;
            return (id, IsNew: false);
        }
    }

    /// <summary>A refusal is asked again: the policy, or the roles, may have changed since.</summary>
    private static bool WasRefused(OrchestrationMetadata earlier) =>
        earlier.RuntimeStatus == OrchestrationRuntimeStatus.Failed
        || (earlier.RuntimeStatus == OrchestrationRuntimeStatus.Completed && earlier.ReadOutputAs<EventReceipt>()?.FlowId is null);
}
