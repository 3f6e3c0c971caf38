using System.Buffers;
using System.IO.Pipelines;
using ClaudeCluster.DurableTask.Grpc.Wire;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Wire;

public sealed class FramingTests
{
    private const int Limit = 1_000;

    [Fact]
    public void A_ping_is_the_seven_bytes_that_SDKs_expect()
    {
        var bytes = new ArrayBufferWriter<byte>();

        Frames.Write(bytes, new Proto.WorkItem { HealthPing = new() });

        Assert.Equal("00000000022200", Convert.ToHexString(bytes.WrittenSpan));
    }

    [Fact]
    public async Task Messages_are_read_one_after_the_other_however_their_bytes_arrive()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Frames.Write(bytes, new Proto.RaiseEventRequest { InstanceId = "one" });
        Frames.Write(bytes, new Proto.RaiseEventRequest { InstanceId = "two" });
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            foreach (var one in bytes.WrittenMemory.ToArray())
                await pipe.Writer.WriteAsync(new[] { one });
            await pipe.Writer.CompleteAsync();
        });

        Assert.Equal("one", (await ReadAsync(pipe.Reader))!.InstanceId);
        Assert.Equal("two", (await ReadAsync(pipe.Reader))!.InstanceId);
        Assert.Null(await ReadAsync(pipe.Reader));
        await writing;
    }

    [Theory]
    [InlineData("0100000000", StatusCode.Unimplemented)]
    [InlineData("0700000000", StatusCode.Internal)]
    [InlineData("0000000003FFFFFF", StatusCode.InvalidArgument)]
    [InlineData("00000003E9", StatusCode.ResourceExhausted)]
    [InlineData("00FFFFFFFF", StatusCode.ResourceExhausted)]
    [InlineData("0000000002 0A", StatusCode.Internal)]
    [InlineData("0000", StatusCode.Internal)]
    public async Task What_is_no_message_ends_with_a_status(string hex, StatusCode status)
    {
        var reader = PipeReader.Create(new ReadOnlySequence<byte>(Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal))));

        var e = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(reader).AsTask());

        Assert.Equal(status, e.StatusCode);
    }

    private static ValueTask<Proto.RaiseEventRequest?> ReadAsync(PipeReader reader) =>
        Frames.ReadAsync(reader, Proto.RaiseEventRequest.Parser, Limit, CancellationToken.None);
}
