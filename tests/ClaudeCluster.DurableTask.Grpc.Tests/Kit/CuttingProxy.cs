using System.Net;
using System.Net.Sockets;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Kit;

/// <summary>
/// Stands between a hub and whoever uses it. It cuts each connection after a random number of bytes, wherever that is in a message; or it
/// goes silent, as a machine does whose cable was pulled: nothing is passed on, and nobody is told.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _hub;
    private readonly Random? _cuts;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _silent = new();
    private readonly Task _accepting;
    private int _connections;

    /// <param name="hub">Where the hub listens.</param>
    /// <param name="cuts">Decides when to cut; null never cuts.</param>
    public CuttingProxy(Uri hub, Random? cuts)
    {
        (_hub, _cuts) = (hub, cuts);
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public int Connections => Volatile.Read(ref _connections);

    public void GoSilent() => _silent.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> served = [];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                served.Add(ServeAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(served);
    }

    private async Task ServeAsync(Socket user)
    {
        Interlocked.Increment(ref _connections);
        using var left = user;
        using var hub = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        user.NoDelay = true;
        var rest = NextCut();
        try
        {
            await hub.ConnectAsync(_hub.Host, _hub.Port, cut.Token);
            await Task.WhenAll(PassAsync(user, hub), PassAsync(hub, user));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone, and with it the other.
        }

        async Task PassAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer, cut.Token) is > 0 and var length)
                {
                    if (_silent.Task.IsCompleted)
                        await Task.Delay(Timeout.InfiniteTimeSpan, cut.Token);
                    var allowed = Interlocked.Add(ref rest, -length) + length;
                    await to.SendAsync(buffer.AsMemory(0, (int)Math.Clamp(allowed, 0, length)), cut.Token);
                    if (allowed <= length)
                        return;
                }
            }
            finally
            {
                await cut.CancelAsync();
            }
        }
    }

    private long NextCut()
    {
        lock (_lock)
            return _cuts?.Next(2_000, 40_000) ?? long.MaxValue / 2;
    }
}
