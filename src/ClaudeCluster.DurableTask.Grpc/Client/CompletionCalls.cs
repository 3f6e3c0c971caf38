using ClaudeCluster.DurableTask.Grpc.Wire;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Client;

// Handing in completions. A hub of any make takes them one by one. Ours also takes those together that are ready together.
//
// Nobody waits for company, and no call for the answer to another: a hub may take milliseconds to write what it is told. The first
// completion only lets the work go before it that was queued already, as pieces of work come several at a time; what that completes
// goes along.

/// <summary>Hands in completions: each by a call of its own, or together where the hub has said that it takes them so.</summary>
internal sealed class CompletionCalls(GrpcChannel channel, TimeSpan timeout, CancellationToken closing)
{
    private readonly Lock _lock = new();
    private CompletionBatch? _next;

    /// <summary>Whether the hub takes several at a time: each new stream of work says so again.</summary>
    public bool Together { get; set; }

    /// <exception cref="RpcException">The hub did not take it.</exception>
    public Task<Proto.CompleteTaskResponse> CompleteAsync(string call, IMessage completion, CancellationToken cancellation) =>
        Together && Join(completion) is { } receipt
            ? UntilCancelledAsync(receipt, cancellation)
            : channel.CallAsync(call, completion, Proto.CompleteTaskResponse.Parser, timeout, cancellation);

    /// <summary>Closing ends the call, and all waiting with it.</summary>
    private Task<Proto.CompleteTaskResponse> UntilCancelledAsync(Task<Proto.CompleteTaskResponse> receipt, CancellationToken cancellation) =>
        cancellation == closing ? receipt : receipt.WaitAsync(cancellation);

    private Task<Proto.CompleteTaskResponse>? Join(IMessage completion)
    {
        lock (_lock)
        {
            if (_next is not null)
                return _next.TryAdd(completion);
            var batch = new CompletionBatch();
            if (batch.TryAdd(completion) is not { } receipt)
                return null;
            _next = batch;
            _ = SendSoonAsync(batch);
            return receipt;
        }
    }

    private async Task SendSoonAsync(CompletionBatch batch)
    {
        await Task.Yield();
        lock (_lock)
            _next = null;
        await SendAsync(batch);
    }

    private async Task SendAsync(CompletionBatch batch)
    {
        try
        {
            batch.End(await channel.CallAsync(Headers.CompleteTogether, batch.Message, Proto.CompletionReceipts.Parser, timeout, closing));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            // Another hub has taken this one's place. Whoever tries again goes alone.
            Together = false;
            batch.Fail(new RpcException(StatusCode.Unavailable, e.Detail, e));
        }
        catch (Exception e)
        {
            batch.Fail(e);
        }
    }
}
