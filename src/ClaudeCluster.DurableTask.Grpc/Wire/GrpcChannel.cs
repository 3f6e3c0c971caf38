using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Wire;

/// <summary>Calls of one server, over HTTP/2.</summary>
internal sealed class GrpcChannel(
    HttpMessageInvoker http, Uri address, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>> headers, int mostBytes, TimeProvider time) : IDisposable
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    public void Dispose() => http.Dispose();

    /// <summary>One message in, one out.</summary>
    /// <exception cref="RpcException">The call ended with another status than OK.</exception>
    public async Task<T> CallAsync<T>(
        string call, IMessage request, MessageParser<T> parser, TimeSpan? timeout, CancellationToken cancellation, IReadOnlyDictionary<string, string>? more = null)
        where T : class, IMessage<T>
    {
        T? answer = null;
        // Read to the end: the status comes after the message.
        await foreach (var message in StreamAsync(call, request, parser, timeout, cancellation, more))
            answer = message;
        return answer ?? throw new RpcException(StatusCode.Internal, $"The call {call} was answered without a message.");
    }

    /// <summary>One message in, any number out. The answer's headers are seen before the first of them.</summary>
    /// <exception cref="RpcException">The call ended with another status than OK.</exception>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string call,
        IMessage request,
        MessageParser<T> parser,
        TimeSpan? timeout,
        [EnumeratorCancellation] CancellationToken cancellation,
        IReadOnlyDictionary<string, string>? more = null,
        Action<HttpResponseHeaders>? answered = null)
        where T : class, IMessage<T>
    {
        using var limit = new CallLimit(timeout, time, cancellation);
        using var message = NewRequest(call, request, timeout);
        foreach (var (name, value) in (await HeadersAsync(limit)).Concat(more ?? NoHeaders))
            message.Headers.TryAddWithoutValidation(name, value);
        using var response = await SendAsync(message, limit);
        ThrowUnlessGrpc(response);
        if (response.Headers.TryGetValues(Headers.Status, out _))
            ThrowUnlessOk(response.Headers);
        answered?.Invoke(response.Headers);
        var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(limit.Token));
        try
        {
            while (await ReadAsync(body, parser, limit) is { } one)
                yield return one;
        }
        finally
        {
            await body.CompleteAsync();
        }

        if (!response.Headers.TryGetValues(Headers.Status, out _))
            ThrowUnlessOk(response.TrailingHeaders);
    }

    private HttpRequestMessage NewRequest(string call, IMessage request, TimeSpan? timeout)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Frames.Write(bytes, request);
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, Headers.Service + call))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(bytes.WrittenMemory) { Headers = { ContentType = new MediaTypeHeaderValue(Headers.ContentType) } },
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (timeout is { } limit)
            message.Headers.Add(Headers.Timeout, GrpcTimeout.Format(limit));
        return message;
    }

    private async Task<IReadOnlyDictionary<string, string>> HeadersAsync(CallLimit limit)
    {
        try
        {
            return await headers(limit.Token);
        }
        catch (OperationCanceledException e) when (limit.IsOver)
        {
            throw TooLate(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CallLimit limit)
    {
        try
        {
            return await http.SendAsync(message, limit.Token);
        }
        catch (OperationCanceledException e) when (limit.IsOver)
        {
            throw TooLate(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || NobodyTookUp(e))
        {
            throw Unavailable(e);
        }
    }

    private async Task<T?> ReadAsync<T>(PipeReader body, MessageParser<T> parser, CallLimit limit)
        where T : class, IMessage<T>
    {
        try
        {
            return await Frames.ReadAsync(body, parser, mostBytes, limit.Token);
        }
        catch (OperationCanceledException e) when (limit.IsOver)
        {
            throw TooLate(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unavailable(e);
        }
    }

    private RpcException TooLate(Exception e) => new(StatusCode.DeadlineExceeded, $"No answer from {address} in time.", e);

    private RpcException Unavailable(Exception e) => new(StatusCode.Unavailable, $"No answer from {address}: {Innermost(e).Message}", e)
    {
        NeverSent = e is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        } || NobodyTookUp(e),
    };

    /// <summary>So .NET says that there was no connection in time: as if the caller had cancelled.</summary>
    private static bool NobodyTookUp(Exception e) => e is OperationCanceledException { InnerException: TimeoutException };

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    private static void ThrowUnlessGrpc(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw new RpcException(ToStatus(response.StatusCode), $"The server answered with HTTP {(int)response.StatusCode}; is a Durable Task hub there?") { IsOfTheWay = true };
        if (response.Content.Headers.ContentType?.MediaType?.StartsWith(Headers.ContentType, StringComparison.Ordinal) != true)
            throw new RpcException(StatusCode.Unknown, $"The server answered with '{response.Content.Headers.ContentType}', which is not gRPC.");
    }

    /// <summary>What a proxy on the way means, by gRPC's own table.</summary>
    private static StatusCode ToStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private static void ThrowUnlessOk(HttpResponseHeaders trailers)
    {
        if (!trailers.TryGetValues(Headers.Status, out var values))
            throw new RpcException(StatusCode.Unavailable, "The stream ended without a status: the connection was cut.");
        var status = int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= (int)StatusCode.Unauthenticated
            ? (StatusCode)number
            : StatusCode.Unknown;
        if (status != StatusCode.OK)
            throw new RpcException(status, trailers.TryGetValues(Headers.Message, out var texts) ? StatusMessage.Decode(texts.First()) : string.Empty);
    }
}
