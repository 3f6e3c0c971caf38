using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Client;

/// <summary>What a client sees of an orchestration.</summary>
public sealed class OrchestrationMetadata
{
    private readonly InstanceState _state;
    private readonly bool _payloads;
    private readonly DataConverter _converter;

    internal OrchestrationMetadata(InstanceState state, bool payloads, DataConverter converter)
    {
        _state = state;
        _payloads = payloads;
        _converter = converter;
    }

    public string Name => _state.Name;

    public string InstanceId => _state.InstanceId;

    public OrchestrationRuntimeStatus RuntimeStatus => _state.Status;

    public DateTimeOffset CreatedAt => _state.CreatedAt;

    public DateTimeOffset LastUpdatedAt => _state.LastUpdatedAt;

    public string? SerializedInput => _payloads ? _state.Input : null;

    public string? SerializedOutput => _payloads ? _state.Output : null;

    public string? SerializedCustomStatus => _payloads ? _state.CustomStatus : null;

    public IReadOnlyDictionary<string, string> Tags => _state.Tags;

    /// <summary>Why it failed; null if it did not.</summary>
    public TaskFailureDetails? FailureDetails => _state.Failure;

    /// <summary>The orchestration that waits for this one.</summary>
    public ParentOrchestrationInstance? Parent => _state.Parent?.ToPublic();

    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    public bool IsCompleted => RuntimeStatus.IsTerminal();

    /// <exception cref="InvalidOperationException">Inputs and outputs were not asked for.</exception>
    public T? ReadInputAs<T>() => Read<T>(SerializedInput);

    /// <inheritdoc cref="ReadInputAs{T}"/>
    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);

    /// <inheritdoc cref="ReadInputAs{T}"/>
    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    public override string ToString() => $"{InstanceId} ({Name}): {RuntimeStatus}";

    private T? Read<T>(string? payload) => _payloads
        ? _converter.Deserialize<T>(payload)
        : throw new InvalidOperationException("This instance was read without its inputs and outputs. Ask with getInputsAndOutputs: true.");
}
