using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace ClaudeCluster.Coordinator;

// One port, two protocols, in the clear. Without TLS nobody says beforehand which HTTP he speaks, and Kestrel takes one protocol for each
// endpoint. So one listener accepts, looks at the first bytes without taking them, and hands the connection to one of two endpoints:
//
//                         ┌── "PRI * HTTP/2.0…" ──► endpoint for HTTP/2   (hub, prior knowledge)
//   TCP ──► accept ──► look
//                         └── anything else ──────► endpoint for HTTP/1.1 (API, curl, browsers)
//
// Who says nothing is closed after a while; and only so many may be silent at a time, so that silence costs others nothing.

#pragma warning disable CA1001 // Neither holds a handle, and two endpoints dispose of one port.
/// <summary>A TCP port whose connections are sorted by their first bytes.</summary>
internal sealed class SharedPort(IPEndPoint address, IConnectionListenerFactory sockets, TimeProvider time, TimeSpan silence, int mostSilent)
{
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _places = new(mostSilent, mostSilent);
    private readonly Channel<ConnectionContext> _http1 = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Channel<ConnectionContext> _http2 = Channel.CreateUnbounded<ConnectionContext>();
    private readonly SemaphoreSlim _once = new(1, 1);
    private IConnectionListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _looking;

    /// <summary>How many connections have not yet said what they speak.</summary>
    public int Looking => Volatile.Read(ref _looking);

    public ChannelReader<ConnectionContext> ConnectionsOf(FirstBytes protocol) => protocol == FirstBytes.Http2 ? _http2.Reader : _http1.Reader;

    /// <summary>Begins to listen, the first time; where.</summary>
    public async Task<EndPoint> BindAsync(CancellationToken cancellation)
    {
        await _once.WaitAsync(cancellation);
        try
        {
            if (_listener is null)
            {
                _listener = await sockets.BindAsync(address, cancellation);
                _accepting = AcceptAsync(_listener);
            }

            return _listener.EndPoint;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>Stops to listen. Connections that were not yet sorted are closed.</summary>
    public async Task UnbindAsync()
    {
        await _closing.CancelAsync();
        await _once.WaitAsync(CancellationToken.None);
        try
        {
            if (_listener is not null)
                await _listener.UnbindAsync(CancellationToken.None);
            await _accepting;
        }
        finally
        {
            _once.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        if (_listener is not null)
            await _listener.DisposeAsync();
        foreach (var left in new[] { _http1, _http2 })
        {
            while (left.Reader.TryRead(out var connection))
                await CloseAsync(connection, "The server stops.");
        }
    }

    private async Task AcceptAsync(IConnectionListener listener)
    {
        try
        {
            while (await listener.AcceptAsync(CancellationToken.None) is { } connection)
            {
                if (_places.Wait(0, CancellationToken.None))
                    _ = SortAsync(connection);
                else
                    await CloseAsync(connection, "Too many connections have said nothing yet.");
            }
        }
        finally
        {
            _http1.Writer.TryComplete();
            _http2.Writer.TryComplete();
        }
    }

    private async Task SortAsync(ConnectionContext connection)
    {
        Interlocked.Increment(ref _looking);
        try
        {
            using var limit = new CancellationTokenSource(silence, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closing.Token, connection.ConnectionClosed);
            var protocol = await LookAsync(connection, end.Token);
            var taken = protocol switch
            {
                FirstBytes.Http1 => _http1.Writer.TryWrite(connection),
                FirstBytes.Http2 => _http2.Writer.TryWrite(connection),
                _ => false,
            };
            if (!taken)
                await CloseAsync(connection, "It ended before it said what it speaks.");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException or ConnectionResetException)
        {
            await CloseAsync(connection, "It did not say in time what it speaks.");
        }
        finally
        {
            Interlocked.Decrement(ref _looking);
            _places.Release();
        }
    }

    /// <summary>Whatever is read is left there, to be read again by whom it is for.</summary>
    private static async Task<FirstBytes> LookAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            var found = HttpPreface.Look(read.Buffer);
            var decided = found != FirstBytes.Unclear || read.IsCompleted;
            input.AdvanceTo(read.Buffer.Start, decided ? read.Buffer.Start : read.Buffer.End);
            if (decided)
                return found;
        }
    }

    private static async Task CloseAsync(ConnectionContext connection, string reason)
    {
        connection.Abort(new ConnectionAbortedException(reason));
        await connection.DisposeAsync();
    }
}
