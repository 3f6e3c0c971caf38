using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>The worker's side: the stream of work, what is handed in, and what is held between the two.</summary>
internal sealed class RemoteWork(
    GrpcChannel channel,
    CompletionCalls completions,
    HistoryCalls history,
    RemoteTaskHubOptions options,
    Persistence persistence,
    Pauses pauses,
    HubAddress address,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Activities that were given here and not yet completed: a new stream says so, and they stay this worker's.</summary>
    private readonly ConcurrentDictionary<string, ActivityWorkItem> _held = new(StringComparer.Ordinal);

    /// <summary>Servers take a header of 16 KiB. What is not named has its lease's time to be completed.</summary>
    private const int MostTokensOfHeader = 400;

    /// <summary>Whether the hub is one of ours, which knows <see cref="Headers.Only"/>, as its last stream of work said; null before the first.</summary>
    private bool? _isOurs;

    public async IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var items = Channel.CreateUnbounded<WorkItem>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var receiving = ReceiveAllAsync(offer, items.Writer, end.Token);
        try
        {
            await foreach (var item in items.Reader.ReadAllAsync(CancellationToken.None))
                yield return item;
        }
        finally
        {
            end.Cancel();
            await receiving;
            while (items.Reader.TryRead(out var left))
                await AbandonAsync(left, Headers.Returned, CancellationToken.None);
        }
    }

    public async Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation)
    {
        foreach (var part in CompletionParts.Of(completion, options.CompletionPartBytes))
        {
            if (await DeliverAsync("CompleteOrchestratorTask", part, cancellation) == Receipt.LeaseLost)
                return Receipt.LeaseLost;
        }

        return Receipt.Accepted;
    }

    public async Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation)
    {
        var response = new Proto.ActivityResponse
        {
            InstanceId = completion.Item.InstanceId,
            TaskId = completion.Item.TaskId,
            Result = completion.Result,
            FailureDetails = completion.Failure.ToProto(),
            CompletionToken = completion.Item.Token,
        };
        var receipt = await DeliverAsync("CompleteActivityTask", response, cancellation);
        _held.TryRemove(completion.Item.Token, out _);
        return receipt;
    }

    /// <summary>If the hub cannot be told, the lease runs out and the work is given out again all the same.</summary>
    public async Task AbandonAsync(WorkItem item, string? reason, CancellationToken cancellation)
    {
        _held.TryRemove(item.Token, out _);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reason is not null)
            headers[Headers.Reason] = reason;
        try
        {
            if (item is StepWorkItem)
            {
                var request = new Proto.AbandonOrchestrationTaskRequest { CompletionToken = item.Token };
                await channel.CallAsync("AbandonTaskOrchestratorWorkItem", request, Proto.AbandonOrchestrationTaskResponse.Parser, options.CallTimeout, cancellation, headers);
            }
            else
            {
                var request = new Proto.AbandonActivityTaskRequest { CompletionToken = item.Token };
                await channel.CallAsync("AbandonTaskActivityWorkItem", request, Proto.AbandonActivityTaskResponse.Parser, options.CallTimeout, cancellation, headers);
            }
        }
        catch (RpcException e)
        {
            logger.WorkNotGivenBack(item.InstanceId, e.Message);
        }
    }

    private async Task<Receipt> DeliverAsync(string call, Google.Protobuf.IMessage completion, CancellationToken cancellation)
    {
        try
        {
            await persistence.DeliverAsync(() => completions.CompleteAsync(call, completion, cancellation), cancellation);
            return Receipt.Accepted;
        }
        catch (RpcException e)
        {
            logger.CompletionRefused(call, e.Message);
            return Receipt.LeaseLost;
        }
    }

    private async Task ReceiveAllAsync(WorkerOffer offer, ChannelWriter<WorkItem> items, CancellationToken cancellation)
    {
        try
        {
            if (WorkRequest.HasNoNames(offer))
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
            var request = WorkRequest.Of(offer);
            while (!cancellation.IsCancellationRequested)
            {
                if (IsPointless(offer))
                    await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
                await ReceiveOnceAsync(offer, request, items, cancellation);
                await pauses.WaitAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The worker ends.
        }
        finally
        {
            items.Complete();
        }
    }

    /// <summary>One stream, to its end.</summary>
    private async Task ReceiveOnceAsync(WorkerOffer offer, Proto.GetWorkItemsRequest request, ChannelWriter<WorkItem> items, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task> unwanted = [];
        await using var alarm = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), end, options.SilenceLimit, Timeout.InfiniteTimeSpan);
        try
        {
            await channel.CallAsync("Hello", new Empty(), Empty.Parser, options.CallTimeout, end.Token);
            logger.Connected(address);
            await foreach (var message in channel.StreamAsync("GetWorkItems", request, Proto.WorkItem.Parser, null, end.Token, HeadersOf(offer), Learn))
            {
                pauses.Reset();
                alarm.Change(options.SilenceLimit, Timeout.InfiniteTimeSpan);
                if (await ToItemAsync(message, end.Token) is not { } item)
                    continue;
                if (HasRoom(item, offer))
                    await items.WriteAsync(item, CancellationToken.None);
                else
                    unwanted.Add(AbandonSoonAsync(item, end.Token));
                if (IsPointless(offer))
                {
                    logger.StreamLeft(address);
                    return;
                }

                unwanted.RemoveAll(static back => back.IsCompleted);
            }

            logger.StreamEnded(address);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            logger.StreamSilent(address, options.SilenceLimit.TotalSeconds);
        }
        catch (RpcException e)
        {
            logger.StreamFailed(address, e.Message);
        }
        finally
        {
            end.Cancel();
            await Task.WhenAll(unwanted);
        }
    }

    /// <summary>
    /// A hub of another make takes a room of 0 for one without limit. There a stream would be all work that waits, received and given back
    /// as fast as the network can.
    /// </summary>
    private bool IsPointless(WorkerOffer offer) => _isOurs == false && offer is { StepRoom: 0, ActivityRoom: 0 };

    /// <summary>A hub that does not know <see cref="Headers.Only"/> sends also what there is no room for.</summary>
    private static bool HasRoom(WorkItem item, WorkerOffer offer) => (item is StepWorkItem ? offer.StepRoom : offer.ActivityRoom) > 0;

    /// <summary>Not at once: it may be sent here again at once.</summary>
    private async Task AbandonSoonAsync(WorkItem item, CancellationToken end)
    {
        await Task.Delay(options.ReconnectAfter, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await AbandonAsync(item, null, CancellationToken.None);
    }

    private Dictionary<string, string> HeadersOf(WorkerOffer offer)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Headers.WorkerId] = offer.WorkerId,
            [Headers.ReadsHistory] = "1",
            [Headers.Together] = "1",
        };
        if (WorkRequest.OnlyKind(offer) is { } kind)
            headers[Headers.Only] = kind;
        if (!_held.IsEmpty)
            headers[Headers.Holds] = string.Join(',', _held.Keys.Take(MostTokensOfHeader));
        return headers;
    }

    private void Learn(HttpResponseHeaders answer)
    {
        var isOurs = answer.Contains(Headers.Together);
        _isOurs = isOurs;
        completions.Together = isOurs;
    }

    /// <summary>Null for what is no work. What is not understood goes back: another worker may.</summary>
    private async Task<WorkItem?> ToItemAsync(Proto.WorkItem message, CancellationToken cancellation)
    {
        switch (message.RequestCase)
        {
            case Proto.WorkItem.RequestOneofCase.HealthPing:
                return null;
            case Proto.WorkItem.RequestOneofCase.ActivityRequest:
                var activity = ToItem(message.ActivityRequest, message.CompletionToken);
                if (activity.Token.Length > 0)
                    _held[activity.Token] = activity;
                return activity;
            case Proto.WorkItem.RequestOneofCase.OrchestratorRequest:
                try
                {
                    var item = ToItem(message.OrchestratorRequest, message.CompletionToken);
                    if (item.New.OfType<ExecutionTerminated>().FirstOrDefault() is not { } terminated)
                        return item;
                    await EndAsync(item, terminated, cancellation);
                    return null;
                }
                catch (RpcException e)
                {
                    logger.WorkNotUnderstood(message.OrchestratorRequest.InstanceId, e.Detail);
                    var step = new StepWorkItem(message.OrchestratorRequest.InstanceId, string.Empty, message.CompletionToken, [], NoPast.Instance);
                    await AbandonAsync(step, null, cancellation);
                    return null;
                }

            default:
                logger.WorkNotUnderstood("?", $"A work item of kind '{message.RequestCase}' is not spoken here.");
                return null;
        }
    }

    /// <summary>Our own hub ends a terminated orchestration by itself. Others let the worker say so.</summary>
    private Task<Receipt> EndAsync(StepWorkItem item, ExecutionTerminated terminated, CancellationToken cancellation)
    {
        var response = new Proto.OrchestratorResponse { InstanceId = item.InstanceId, CompletionToken = item.Token };
        response.Actions.Add(new Proto.OrchestratorAction
        {
            Id = -1,
            CompleteOrchestration = new() { OrchestrationStatus = Proto.OrchestrationStatus.Terminated, Result = terminated.Output },
        });
        return DeliverAsync("CompleteOrchestratorTask", response, cancellation);
    }

    private static ActivityWorkItem ToItem(Proto.ActivityRequest request, string token) => new(
        request.OrchestrationInstance?.InstanceId ?? string.Empty,
        request.OrchestrationInstance?.ExecutionId ?? string.Empty,
        token,
        request.TaskId,
        request.Name,
        request.Version ?? string.Empty,
        request.Input.ToPayload(),
        request.Tags.ToTags() ?? InstanceState.NoTags)
    {
        Trace = request.ParentTraceContext.ToTrace(),
    };

    private StepWorkItem ToItem(Proto.OrchestratorRequest request, string token) => new(
        request.InstanceId, request.ExecutionId ?? string.Empty, token, [.. request.NewEvents.Select(EventMapping.ToEvent)], history.PastOf(request))
    {
        // Other hubs do not say which past it is: then the code begins from the past that they send.
        Revision = request.Properties.TryGetValue(Headers.Revision, out var revision) ? (int)revision.NumberValue : -1,
    };
}
