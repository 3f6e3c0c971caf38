using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Wire;

/// <summary>A message on the wire: one byte that says whether it is compressed (never, here), four of length, and the message.</summary>
internal static class Frames
{
    public const int HeaderLength = 5;

    /// <summary>Writes the message; how many bytes that took.</summary>
    public static int Write(IBufferWriter<byte> output, IMessage message)
    {
        var length = message.CalculateSize();
        var header = output.GetSpan(HeaderLength);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
        output.Advance(HeaderLength);
        message.WriteTo(output);
        return HeaderLength + length;
    }

    /// <summary>The next message; null at the end of the stream.</summary>
    /// <exception cref="RpcException">What comes is no message, is compressed, is too long, or is cut off.</exception>
    public static async ValueTask<T?> ReadAsync<T>(PipeReader input, MessageParser<T> parser, int mostBytes, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (TryTake(ref buffer, mostBytes, out var frame))
            {
                var message = Parse(parser, frame);
                input.AdvanceTo(buffer.Start);
                return message;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return buffer.IsEmpty ? null : throw new RpcException(StatusCode.Internal, "The stream ended in the middle of a message.");
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, int mostBytes, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < HeaderLength)
            return false;
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (header[0] == 1)
            throw new RpcException(StatusCode.Unimplemented, "The message is compressed; this side takes identity only.");
        if (header[0] != 0)
            throw new RpcException(StatusCode.Internal, $"A message begins with 0 or 1, not with {header[0]}.");
        if (length > mostBytes)
            throw new RpcException(StatusCode.ResourceExhausted, $"The message has {length} bytes; the limit is {mostBytes}.");
        if (buffer.Length < HeaderLength + length)
            return false;
        frame = buffer.Slice(HeaderLength, length);
        buffer = buffer.Slice(HeaderLength + length);
        return true;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> frame)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(frame);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"The message cannot be read: {e.Message}", e);
        }
    }
}
