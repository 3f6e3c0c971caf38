using System.IO.Pipelines;
using ClaudeCluster.DurableTask.Grpc.Wire;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>The messages of one answer. What is written goes out at the next flush, or when it has become much.</summary>
internal sealed class ResponseStream<T>(PipeWriter output, CancellationToken cancellation)
    where T : IMessage
{
    private const int MuchBytes = 32 * 1024;
    private int _bytes;

    public async ValueTask WriteAsync(T message)
    {
        _bytes += Frames.Write(output, message);
        if (_bytes >= MuchBytes)
            await FlushAsync();
    }

    /// <summary>Sends what was written; false if nothing was.</summary>
    public async ValueTask<bool> FlushAsync()
    {
        if (_bytes == 0)
            return false;
        _bytes = 0;
        await output.FlushAsync(cancellation);
        return true;
    }
}
