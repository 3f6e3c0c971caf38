using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>What workers hand in: completions, whole or in parts, and what they give back.</summary>
internal sealed class WorkItemCalls(TaskHubs hubs, BackOff backOff, Microsoft.Extensions.Logging.ILogger logger)
{
    private const int HistoryChunkBytes = 256 * 1024;

    /// <summary>
    /// Parts, by their number, of completions. They go with their work item and not before: if the commit fails, only the last part is sent
    /// again.
    /// </summary>
    private readonly ConditionalWeakTable<WorkItem, SortedDictionary<int, IReadOnlyCollection<Proto.OrchestratorAction>>> _parts = [];

    public async Task<Proto.CompleteTaskResponse> CompleteStepAsync(Proto.OrchestratorResponse response, HubCall call)
    {
        var hub = hubs.ForClient(call);
        if (hub.FindItem(response.CompletionToken) is not StepWorkItem item)
            throw LeaseLost(response.InstanceId);
        if (response.RequiresHistory)
            throw new RpcException(StatusCode.Unimplemented, "This hub sends the history of a step, or lets it be streamed.");
        if (Gather(item, response) is not { } actions)
            return new();
        await CompleteAsync(hub, item, actions, response.CustomStatus.ToPayload(), call.Cancellation);
        backOff.Forget(item.InstanceId);
        return new();
    }

    public async Task<Proto.CompleteTaskResponse> CompleteActivityAsync(Proto.ActivityResponse response, HubCall call)
    {
        var hub = hubs.ForWorker(call);
        await GivenWork.CheckOwnAsync(hub, call.Grant, response.CompletionToken, call.Cancellation);
        var item = hub.FindItem(response.CompletionToken) as ActivityWorkItem ?? FromBefore(response);
        var completion = new ActivityCompletion(item, response.FailureDetails is null ? response.Result.ToPayload() : null, response.FailureDetails.ToFailure());
        if (await hub.CompleteAsync(completion, call.Cancellation) == Receipt.LeaseLost)
            throw LeaseLost(response.InstanceId);
        return new();
    }

    public async Task<Proto.AbandonOrchestrationTaskResponse> AbandonStepAsync(Proto.AbandonOrchestrationTaskRequest request, HubCall call)
    {
        hubs.ForClient(call);
        await AbandonAsync(request.CompletionToken, call);
        return new();
    }

    public async Task<Proto.AbandonActivityTaskResponse> AbandonActivityAsync(Proto.AbandonActivityTaskRequest request, HubCall call)
    {
        await AbandonAsync(request.CompletionToken, call);
        return new();
    }

    public async Task StreamHistoryAsync(Proto.StreamInstanceHistoryRequest request, HubCall call, ResponseStream<Proto.HistoryChunk> output)
    {
        var chunk = new Proto.HistoryChunk();
        var bytes = 0;
        await foreach (var happened in hubs.ForClient(call).ReadHistoryAsync(request.InstanceId, request.ExecutionId, call.Cancellation))
        {
            var message = EventMapping.ToProto(happened, request.InstanceId);
            bytes += message.CalculateSize();
            if (bytes > HistoryChunkBytes && chunk.Events.Count > 0)
            {
                await output.WriteAsync(chunk);
                await output.FlushAsync();
                (chunk, bytes) = (new(), message.CalculateSize());
            }

            chunk.Events.Add(message);
        }

        await output.WriteAsync(chunk);
    }

    /// <summary>All actions of the completion if this was its last part. A part that is sent again replaces itself.</summary>
    private List<Proto.OrchestratorAction>? Gather(StepWorkItem item, Proto.OrchestratorResponse response)
    {
        lock (item)
        {
            if (!response.IsPartial)
                return _parts.TryGetValue(item, out var earlier) ? [.. earlier.Values.SelectMany(part => part), .. response.Actions] : [.. response.Actions];
            var parts = _parts.GetOrCreateValue(item);
            parts[response.ChunkIndex ?? parts.Count] = response.Actions;
            return null;
        }
    }

    private async Task CompleteAsync(
        LocalTaskHub hub, StepWorkItem item, IReadOnlyCollection<Proto.OrchestratorAction> messages, string? customStatus, CancellationToken cancellation)
    {
        IReadOnlyList<OrchestratorAction> actions;
        RpcException? problem = null;
        try
        {
            var trace = messages.Any(message => message.CompleteOrchestration is { OrchestrationStatus: Proto.OrchestrationStatus.ContinuedAsNew })
                ? await ReadTraceAsync(item, cancellation)
                : null;
            actions = ActionMapping.ToActions(messages, item.InstanceId, item.ExecutionId, trace);
        }
        catch (RpcException e)
        {
            // Given out again, it would come back the same.
            logger.AnswerNotUnderstood(item.InstanceId, e.Detail);
            problem = e;
            actions = [new OrchestratorAction.Fail(NotUnderstood(e))];
        }

        if (await hub.CompleteAsync(new StepCompletion(item, actions, customStatus), cancellation) == Receipt.LeaseLost)
            throw LeaseLost(item.InstanceId);
        if (problem is not null)
            throw problem;
    }

    private static TaskFailureDetails NotUnderstood(RpcException e) =>
        new(FailureTypes.NotReplayable, $"The worker's answer is not one: {e.Detail}") { IsNonRetriable = true };

    /// <summary>The protocol has no place for the trace where an orchestration begins again, so it is looked up where this one began.</summary>
    private static async Task<TraceContext?> ReadTraceAsync(StepWorkItem item, CancellationToken cancellation)
    {
        var started = item.New.OfType<ExecutionStarted>().FirstOrDefault()
            ?? (await item.Past.ReadAsync(cancellation)).OfType<ExecutionStarted>().FirstOrDefault();
        return started?.Trace;
    }

    private async Task AbandonAsync(string token, HubCall call)
    {
        var hub = hubs.ForWorker(call);
        await GivenWork.CheckOwnAsync(hub, call.Grant, token, call.Cancellation);
        if (hub.FindItem(token) is not { } item)
            return;
        switch (call.Header(Headers.Reason))
        {
            case Headers.Version:
                await hub.RefuseAsync(item, call.Cancellation);
                break;
            case Headers.Returned:
                await hub.AbandonAsync(item, call.Cancellation);
                break;
            default:
                backOff.Abandon(hub, item);
                break;
        }
    }

    /// <summary>An activity that was handed out before this hub was started: its token says whether it is still the worker's.</summary>
    private static ActivityWorkItem FromBefore(Proto.ActivityResponse response) => new(
        response.InstanceId, string.Empty, response.CompletionToken, response.TaskId, "?", string.Empty, null, InstanceState.NoTags);

    private static RpcException LeaseLost(string instanceId) =>
        new(StatusCode.NotFound, $"The work on '{instanceId}' was given to somebody else, was completed already, or its orchestration has ended.");
}
