using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace ClaudeCluster.Coordinator;

/// <summary>One of the two endpoints of a shared port, as Kestrel is told of it.</summary>
internal sealed class SharedPortEndPoint(SharedPort port, FirstBytes protocol) : EndPoint
{
    public SharedPort Port => port;

    public FirstBytes Protocol => protocol;

    public override string ToString() => $"{protocol} on a shared port";
}

/// <summary>Gives Kestrel the connections of a shared port; every other endpoint is somebody else's.</summary>
internal sealed class SharedPortTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is SharedPortEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var shared = (SharedPortEndPoint)endpoint;
        return new Listener(shared.Port, shared.Port.ConnectionsOf(shared.Protocol), await shared.Port.BindAsync(cancellationToken));
    }

    private sealed class Listener(SharedPort port, ChannelReader<ConnectionContext> connections, EndPoint bound) : IConnectionListener
    {
        public EndPoint EndPoint => bound;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await connections.WaitToReadAsync(cancellationToken) && connections.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => new(port.UnbindAsync());

        public ValueTask DisposeAsync() => port.DisposeAsync();
    }
}
