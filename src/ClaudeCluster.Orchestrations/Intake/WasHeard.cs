using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

public sealed record NewsAtFlow(string FlowId, string Key);

[JsonConverter(typeof(JsonStringEnumConverter<Hearing>))]
public enum Hearing
{
    NotYet,

    Heard,

    /// <summary>The flow ended before it could hear.</summary>
    Never,
}

/// <summary>Whether a flow has taken in what it was told: the hub drops what is raised on an instance that has just ended, and no command may be lost so.</summary>
[DurableTask]
public sealed class WasHeard(DurableTaskClient client) : TaskActivity<NewsAtFlow, Hearing>
{
    public override async Task<Hearing> RunAsync(TaskActivityContext context, NewsAtFlow input)
    {
        if (await client.GetInstanceAsync(input.FlowId, getInputsAndOutputs: true) is not { } instance)
            return Hearing.Never;
        if (instance.ReadFlow() is { } flow && flow.SeenEvents.Contains(input.Key, StringComparer.Ordinal))
            return Hearing.Heard;
        return instance.IsCompleted ? Hearing.Never : Hearing.NotYet;
    }
}
