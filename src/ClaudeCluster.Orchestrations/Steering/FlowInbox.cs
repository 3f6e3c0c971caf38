namespace ClaudeCluster.Orchestrations;

/// <summary>A part of the flow: what happens to its issue while it works or waits. An event that comes twice is known by its key.</summary>
internal sealed class FlowInbox(TaskOrchestrationContext context)
{
    private const int MostRemembered = 200;
    private Task<EventDelivery>? _next;

    /// <summary>Until the work is done, or somebody stops it.</summary>
    /// <returns>The flow with what it has seen, and why the work must stop; null: it is done.</returns>
    public async Task<(FlowState Flow, string? Stop)> UntilAsync(FlowState flow, Task work)
    {
        while (true)
        {
            _next ??= context.WaitForIssueEventAsync();
            if (await Task.WhenAny(work, _next) == work)
                return (flow, null);
            var happened = (await _next).Event;
            _next = null;
            if (flow.SeenEvents.Contains(happened.Key, StringComparer.Ordinal))
                continue;
            flow = flow with { SeenEvents = [.. flow.SeenEvents.Append(happened.Key).TakeLast(MostRemembered)] };
            if ((await context.CallDecideToStopAsync(new(happened, flow.Policy))).Why is { } why)
                return (flow, why);
        }
    }
}
