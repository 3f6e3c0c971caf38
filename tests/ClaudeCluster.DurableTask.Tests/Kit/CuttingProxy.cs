using System.Net;
using System.Net.Sockets;

namespace ClaudeCluster.DurableTask.Tests.Kit;

/// <summary>
/// Stands between a store and its server and cuts the connection at every n-th request: before it has reached the server, or after the
/// server has answered, so that the answer is lost.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly string _socket;
    private readonly int _every;
    private readonly int _first;
    private readonly bool _before;
    private int _requests;
    private int _cuts;

    public CuttingProxy(string folder, int every, int first, bool before)
    {
        (_socket, _every, _first, _before) = (Path.Combine(folder, ".s.PGSQL.5432"), every, first, before);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};Database=postgres;Username=cc";

    public int Cuts => Volatile.Read(ref _cuts);

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var left = client;
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        client.NoDelay = true;
        var swallow = new TaskCompletionSource();
        try
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cut.Token);
            var answers = PassAsync(server, client, _ => ValueTask.FromResult(!swallow.Task.IsCompleted), cut);
            await PassAsync(client, server, async request =>
            {
                var number = Interlocked.Increment(ref _requests);
                if (number < _first || (number - _first) % _every != 0)
                    return true;
                Interlocked.Increment(ref _cuts);
                if (_before)
                    return false;
                swallow.SetResult();
                await server.SendAsync(request, cut.Token);
                await answers;
                return false;
            }, cut);
            await answers;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone, and with it the other.
        }
    }

    /// <summary>Passes on what one side says, until it ends or a piece is refused; then both sides are closed.</summary>
    private static async Task PassAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, ValueTask<bool>> mayPass, CancellationTokenSource cut)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, cut.Token) is > 0 and var length && await mayPass(buffer.AsMemory(0, length)))
                await to.SendAsync(buffer.AsMemory(0, length), cut.Token);
        }
        finally
        {
            await cut.CancelAsync();
        }
    }
}
