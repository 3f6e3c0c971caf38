using System.Globalization;
using System.IO.Pipelines;
using ClaudeCluster.DurableTask.Grpc.Wire;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClaudeCluster.DurableTask.Grpc.Server;

// A call on the server's side:
//
//    HEADERS  POST /TaskHubSidecarService/…  content-type: application/grpc  [grpc-timeout]     ──►
//    DATA     one message, END_STREAM                                                           ──►
//                                                         ◄── HEADERS  200  content-type: application/grpc
//                                                         ◄── DATA     one message, or one after the other
//                                                         ◄── HEADERS  grpc-status  [grpc-message]           (trailers)
//
// A call that fails before its first message says so in the first headers instead. The request is read to its END_STREAM even if
// nothing is done with it: a server that answers early and a client that leaves early make HTTP/2 reset streams until it gives up.

/// <summary>Turns handlers of messages into handlers of HTTP requests.</summary>
internal sealed class ServerCalls(TaskHubServerOptions options, CallFailures failures, TimeProvider time)
{
    /// <summary>One message in, one out.</summary>
    public RequestDelegate Unary<TRequest, TResponse>(MessageParser<TRequest> parser, Func<TRequest, HubCall, Task<TResponse>> handle)
        where TRequest : class, IMessage<TRequest>
        where TResponse : IMessage => http => ServeAsync(http, parser, async (request, call) =>
        {
            var answer = await handle(request, call);
            await WriteAsync(http, answer, call.Cancellation);
        });

    /// <summary>One message in, any number out; before the first of them headers of its own, if it has any.</summary>
    public RequestDelegate Streaming<TRequest, TResponse>(
        MessageParser<TRequest> parser, Func<TRequest, HubCall, ResponseStream<TResponse>, Task> handle, Action<HttpContext>? greet = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : IMessage => http => ServeAsync(http, parser, async (request, call) =>
        {
            greet?.Invoke(http);
            await http.Response.StartAsync(call.Cancellation);
            // What is said in headers is heard at once, however long the first message is in coming.
            if (greet is not null)
                await http.Response.BodyWriter.FlushAsync(call.Cancellation);
            var output = new ResponseStream<TResponse>(http.Response.BodyWriter, call.Cancellation);
            await handle(request, call, output);
            await output.FlushAsync();
            call.Grant.Revoked.ThrowIfCancellationRequested();
        });

    /// <summary>Any call that is not known here.</summary>
    public Task RefuseAsync(HttpContext http) => ServeAsync(http, Google.Protobuf.WellKnownTypes.Empty.Parser, static (_, call) =>
        throw new RpcException(StatusCode.Unimplemented, $"This hub has no call {call.Http.Request.Path}."));

    private async Task ServeAsync<TRequest>(HttpContext http, MessageParser<TRequest> parser, Func<TRequest, HubCall, Task> handle)
        where TRequest : class, IMessage<TRequest>
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) || http.Request.ContentType?.StartsWith(Headers.ContentType, StringComparison.Ordinal) != true)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = Headers.ContentType;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = (long)options.MaximumMessageBytes + Frames.HeaderLength;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        HubGrant? grant = null;
        try
        {
            using var alarm = StartAlarm(http, deadline);
            var call = NewCall(http, deadline.Token);
            grant = call.Grant;
            using var revoked = grant.Revoked.UnsafeRegister(static state => Cancel((CancellationTokenSource)state!), deadline);
            var request = await Frames.ReadAsync(http.Request.BodyReader, parser, options.MaximumMessageBytes, deadline.Token)
                ?? throw new RpcException(StatusCode.InvalidArgument, "The call has no message.");
            await ReadToEndAsync(http.Request.BodyReader, deadline.Token);
            await handle(request, call);
            EndAs(http, StatusCode.OK, string.Empty);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (OperationCanceledException) when (grant?.Revoked.IsCancellationRequested == true)
        {
            EndAs(http, StatusCode.Unauthenticated, "The credential was revoked.");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            EndAs(http, StatusCode.DeadlineExceeded, "The deadline of the call is over.");
        }
        catch (Exception e)
        {
            var (status, detail) = failures.Note(http, grant, e);
            EndAs(http, status, detail);
        }
    }

    private ITimer? StartAlarm(HttpContext http, CancellationTokenSource deadline)
    {
        if (http.Request.Headers[Headers.Timeout].ToString() is not { Length: > 0 } header)
            return null;
        if (!GrpcTimeout.TryParse(header, out var timeout))
            throw new RpcException(StatusCode.InvalidArgument, $"'{header}' is no {Headers.Timeout}.");
        return timeout is { } limit ? time.CreateTimer(static state => Cancel((CancellationTokenSource)state!), deadline, limit, Timeout.InfiniteTimeSpan) : null;
    }

    private static void Cancel(CancellationTokenSource deadline)
    {
        try
        {
            deadline.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call has just ended.
        }
    }

    private HubCall NewCall(HttpContext http, CancellationToken cancellation)
    {
        const string Bearer = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        var credential = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
        var grant = options.Access(credential) ?? throw new RpcException(
            StatusCode.Unauthenticated,
            credential is null ? "This hub asks for a credential: send 'authorization: Bearer TOKEN'." : "This hub does not know the credential that was sent.");
        var hub = http.Request.Headers[Headers.TaskHub].ToString();
        return new HubCall(hub.Length == 0 ? HubCall.DefaultHub : hub, grant, http, cancellation);
    }

    private static async Task ReadToEndAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var rest = await input.ReadAsync(cancellation);
            if (!rest.Buffer.IsEmpty)
                throw new RpcException(StatusCode.InvalidArgument, "The call has more than one message.");
            if (rest.IsCompleted)
                return;
            input.AdvanceTo(rest.Buffer.End);
        }
    }

    private static async Task WriteAsync(HttpContext http, IMessage message, CancellationToken cancellation)
    {
        Frames.Write(http.Response.BodyWriter, message);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    private static void EndAs(HttpContext http, StatusCode status, string detail)
    {
        var number = ((int)status).ToString(CultureInfo.InvariantCulture);
        if (http.Response.HasStarted)
        {
            http.Response.AppendTrailer(Headers.Status, number);
            if (detail.Length > 0)
                http.Response.AppendTrailer(Headers.Message, StatusMessage.Encode(detail));
            return;
        }

        http.Response.Headers[Headers.Status] = number;
        if (detail.Length > 0)
            http.Response.Headers[Headers.Message] = StatusMessage.Encode(detail);
    }
}
