using ClaudeCluster.DurableTask.Grpc.Wire;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Client;

// Handing in completions. A hub of any make takes them one by one. Ours also takes those together that are ready together:
//
//   ready:   a ──► call(a) on its way ──────────► answered
//              b, c, d wait ...................... ──► call(b, c, d) ──► answered
//
// Nobody waits for company. A completion that is alone goes at once; only what becomes ready while a call is on its way goes with the
// next one. So one call at a time is on its way, and a call costs the same however many completions it carries.

/// <summary>Hands in completions: each by a call of its own, or together where the hub has said that it takes them so.</summary>
internal sealed class CompletionCalls(GrpcChannel channel, TimeSpan timeout, CancellationToken closing)
{
    private readonly Lock _lock = new();
    private CompletionBatch? _next;
    private bool _isSending;

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
        Task<Proto.CompleteTaskResponse>? receipt;
        lock (_lock)
        {
            receipt = (_next ??= new()).TryAdd(completion);
            if (receipt is null || _isSending)
                return receipt;
            _isSending = true;
        }

        _ = SendAllAsync();
        return receipt;
    }

    private async Task SendAllAsync()
    {
        while (TakeNext() is { } batch)
            await SendAsync(batch);
    }

    private CompletionBatch? TakeNext()
    {
        lock (_lock)
        {
            var batch = _next;
            _next = null;
            _isSending = batch is not null;
            return batch;
        }
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
