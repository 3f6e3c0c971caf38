using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>What a failed call is answered, and who else is to know of it.</summary>
internal sealed class CallFailures(TaskHubServerOptions options, ILogger logger)
{
    public (StatusCode Status, string Detail) Note(HttpContext http, HubGrant? grant, Exception e)
    {
        var (status, detail) = HubErrors.ToStatus(e);
        if (status == StatusCode.Internal)
            logger.CallFailed(http.Request.Path, e);
        if (status is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
            Report(http, grant, status, detail);
        return (status, detail);
    }

    private void Report(HttpContext http, HubGrant? grant, StatusCode status, string detail) => options.OnRefused?.Invoke(new HubRefusal(
        grant?.Holder, http.Request.Path, detail, status == StatusCode.Unauthenticated, http.Connection.RemoteIpAddress));
}
