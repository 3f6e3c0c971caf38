using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Grpc;

/// <summary>How a call ended, by the numbers of gRPC.</summary>
public enum StatusCode
{
    OK,
    Cancelled,
    Unknown,
    InvalidArgument,
    DeadlineExceeded,
    NotFound,
    AlreadyExists,
    PermissionDenied,
    ResourceExhausted,
    FailedPrecondition,
    Aborted,
    OutOfRange,
    Unimplemented,
    Internal,
    Unavailable,
    DataLoss,
    Unauthenticated,
}

/// <summary>A call that ended with another status than OK.</summary>
public sealed class RpcException(StatusCode statusCode, string detail, Exception? inner = null) : HubCallException($"{statusCode}: {detail}", inner)
{
    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>What the other side said.</summary>
    public string Detail { get; } = detail;

    public override bool IsUnanswered => StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded || IsOfTheWay;

    /// <summary>There was no connection, so the other side knows nothing of the call.</summary>
    internal bool NeverSent { get; init; }

    /// <summary>Something on the way answered in the hub's place, such as a proxy that has no hub behind it for now.</summary>
    internal bool IsOfTheWay { get; init; }
}
