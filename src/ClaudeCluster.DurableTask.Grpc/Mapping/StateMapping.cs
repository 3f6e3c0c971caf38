using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Grpc.Mapping;

/// <summary>What is known of an instance, on the wire and ours.</summary>
internal static class StateMapping
{
    /// <summary>The protocol names a parent by its id only.</summary>
    private const string NotSaid = "?";

    /// <summary>The names and numbers are the protocol's own.</summary>
    public static Proto.OrchestrationStatus ToProto(this OrchestrationRuntimeStatus status) => (Proto.OrchestrationStatus)(int)status;

    /// <exception cref="RpcException">There is no such status.</exception>
    public static OrchestrationRuntimeStatus ToStatus(this Proto.OrchestrationStatus status) => Enum.IsDefined((OrchestrationRuntimeStatus)(int)status)
        ? (OrchestrationRuntimeStatus)(int)status
        : throw new RpcException(StatusCode.InvalidArgument, $"There is no orchestration status {(int)status}.");

    public static Proto.OrchestrationState ToProto(InstanceState state)
    {
        var message = new Proto.OrchestrationState
        {
            InstanceId = state.InstanceId,
            Name = state.Name,
            Version = state.Version,
            OrchestrationStatus = state.Status.ToProto(),
            ScheduledStartTimestamp = state.StartAt?.ToProto(),
            CreatedTimestamp = state.CreatedAt.ToProto(),
            LastUpdatedTimestamp = state.LastUpdatedAt.ToProto(),
            Input = state.Input,
            Output = state.Output,
            CustomStatus = state.CustomStatus,
            FailureDetails = state.Failure.ToProto(),
            ExecutionId = state.ExecutionId,
            CompletedTimestamp = state.IsOpen ? null : state.LastUpdatedAt.ToProto(),
            ParentInstanceId = state.Parent?.InstanceId,
        };
        message.Tags.Fill(state.Tags);
        return message;
    }

    /// <summary>Some SDKs send the epoch where no start is scheduled.</summary>
    public static DateTimeOffset? ToStart(Google.Protobuf.WellKnownTypes.Timestamp? scheduled) =>
        scheduled.ToInstant() is var start && start > DateTimeOffset.UnixEpoch ? start : null;

    public static InstanceState ToState(Proto.OrchestrationState message) => new(message.InstanceId, message.ExecutionId ?? string.Empty, message.Name)
    {
        Version = message.Version ?? string.Empty,
        Status = message.OrchestrationStatus.ToStatus(),
        StartAt = ToStart(message.ScheduledStartTimestamp),
        CreatedAt = message.CreatedTimestamp.ToInstant(),
        LastUpdatedAt = message.LastUpdatedTimestamp.ToInstant(),
        Input = message.Input.ToPayload(),
        Output = message.Output.ToPayload(),
        CustomStatus = message.CustomStatus.ToPayload(),
        Failure = message.FailureDetails.ToFailure(),
        Parent = message.ParentInstanceId is { Length: > 0 } parent ? new ParentInstance(parent, string.Empty, NotSaid, 0) : null,
        Tags = message.Tags.ToTags() ?? InstanceState.NoTags,
    };
}
