using System.Text.Json;
using ClaudeCluster.DurableTask.Client;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>
/// What went wrong, in the numbers of the protocol. SDKs ask again after UNKNOWN, INTERNAL and UNAVAILABLE, so what will never go well
/// must not end as one of these.
/// </summary>
internal static class HubErrors
{
    public static (StatusCode Status, string Detail) ToStatus(Exception e) => e switch
    {
        RpcException rpc => (rpc.StatusCode, rpc.Detail),
        OrchestrationAlreadyExistsException => (StatusCode.AlreadyExists, e.Message),
        OrchestrationNotFoundException => (StatusCode.NotFound, e.Message),
        OrchestrationStatusException => (StatusCode.FailedPrecondition, e.Message),
        ArgumentException or FormatException or OverflowException => (StatusCode.InvalidArgument, e.Message),
        ObjectDisposedException or OperationCanceledException => (StatusCode.Unavailable, "The hub is closing."),
        BadHttpRequestException => (StatusCode.InvalidArgument, e.Message),
        JsonException => (StatusCode.DataLoss, $"What is stored cannot be read: {e.Message}"),
        IOException => (StatusCode.Unavailable, e.Message),
        _ => (StatusCode.Internal, "The hub failed; its log says why."),
    };
}
