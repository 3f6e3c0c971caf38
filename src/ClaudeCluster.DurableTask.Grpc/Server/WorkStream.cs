using System.Text.Json;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Server;

// The stream of work to one worker (GetWorkItems). It ends in three ways:
//
//   the worker goes       what was not yet sent is given back at once; what was sent has a lease's time to be completed all the same
//   the server stops      the stream ends as if all were well: SDKs take that for "come again", and come again
//   the worker is silent  HTTP/2 pings find it out, and it has gone
//
// Each stream is a worker of its own for the hub, whatever name it gives: what an earlier stream of the same process was sent but never
// read must not be renewed in that process's name. Our own worker says what it really holds; see Headers.Holds.

/// <summary>Gives work to remote workers.</summary>
internal sealed class WorkStream(TaskHubs hubs, TaskHubServerOptions options, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly Proto.WorkItem Ping = new() { HealthPing = new() };
    private int _streams;

    public async Task ServeAsync(Proto.GetWorkItemsRequest request, HubCall call, Func<Proto.WorkItem, Task> write)
    {
        var hub = hubs.ForWorker(call);
        var filters = Filters.Of(request.WorkItemFilters, call.Grant);
        var name = call.Header(Headers.WorkerId) ?? call.Http.Connection.RemoteIpAddress?.ToString() ?? "worker";
        var worker = call.Grant.NameOf($"{name}-{Interlocked.Increment(ref _streams)}");
        var only = call.Header(Headers.Only);
        var offer = new WorkerOffer(
            worker,
            only is "activities" or "nothing" ? 0 : Room(request.MaxConcurrentOrchestrationWorkItems),
            only is "steps" or "nothing" ? 0 : Room(request.MaxConcurrentActivityWorkItems),
            filters.Orchestrations,
            filters.Activities)
        {
            Holds = await GivenWork.OwnOfAsync(hub, call.Grant, call.Header(Headers.Holds)?.Split(',') ?? [], call.Cancellation),
        };
        var history = call.Header(Headers.ReadsHistory) is not null ? 0
            : request.Capabilities.Contains(Proto.WorkerCapability.HistoryStreaming) ? options.StreamHistoryFrom
            : int.MaxValue;
        logger.WorkerConnected(worker);
        using var connection = call.Grant.Holder is { } holder ? hubs.Given.Connect(holder) : null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, stopping);
        await using var items = hub.ReceiveAsync(offer, end.Token).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (await NextAsync(items, write) is { } item)
            {
                if (filters.Refuse(item))
                    await hub.RefuseAsync(item, CancellationToken.None);
                else if (await ToMessageAsync(hub, item, history) is { } message)
                    await GiveAsync(item, message, call, write);
            }
        }
        finally
        {
            logger.WorkerGone(worker);
        }
    }

    private Task GiveAsync(WorkItem item, Proto.WorkItem message, HubCall call, Func<Proto.WorkItem, Task> write)
    {
        if (call.Grant.Holder is { } holder)
            hubs.Given.Remember(holder, item.InstanceId);
        return write(message);
    }

    /// <summary>The next item; null if there will be none. Meanwhile the worker is told that the stream lives.</summary>
    private async Task<WorkItem?> NextAsync(IAsyncEnumerator<WorkItem> items, Func<Proto.WorkItem, Task> write)
    {
        var next = items.MoveNextAsync();
        if (next.IsCompleted)
            return await next ? items.Current : null;
        var coming = next.AsTask();
        try
        {
            while (!await EndsWithinAsync(coming, options.PingInterval))
                await write(Ping);
        }
        catch
        {
            // The worker has gone. What comes now is given back when the enumerator is disposed, which must not run into this.
            await coming;
            throw;
        }

        return await coming ? items.Current : null;
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        using var enough = new CancellationTokenSource();
        var ended = await Task.WhenAny(task, Task.Delay(limit, time, enough.Token)) == task;
        enough.Cancel();
        return ended;
    }

    private int Room(int asked) => asked > 0 ? asked : options.DefaultRoom;

    private static async Task<Proto.WorkItem?> ToMessageAsync(LocalTaskHub hub, WorkItem item, int streamFrom) => item switch
    {
        StepWorkItem step => await ToMessageAsync(hub, step, streamFrom),
        ActivityWorkItem activity => ToMessage(activity),
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };

    private static async Task<Proto.WorkItem?> ToMessageAsync(LocalTaskHub hub, StepWorkItem step, int streamFrom)
    {
        var request = new Proto.OrchestratorRequest { InstanceId = step.InstanceId, ExecutionId = step.ExecutionId };
        request.NewEvents.AddRange(step.New, step.InstanceId);
        if (streamFrom == 0)
        {
            request.RequiresHistoryStreaming = true;
            request.Properties[Headers.Revision] = Value.ForNumber(step.Revision);
        }
        else if (await ReadPastAsync(hub, step) is { } past)
        {
            request.PastEvents.AddRange(past, step.InstanceId);
            if (streamFrom < int.MaxValue && request.CalculateSize() > streamFrom)
            {
                request.PastEvents.Clear();
                request.RequiresHistoryStreaming = true;
            }
        }
        else
        {
            return null;
        }

        return new Proto.WorkItem { OrchestratorRequest = request, CompletionToken = step.Token };
    }

    /// <summary>The past; null if it cannot be read, which fails the orchestration here and now.</summary>
    private static async Task<IReadOnlyList<HistoryEvent>?> ReadPastAsync(LocalTaskHub hub, StepWorkItem step)
    {
        try
        {
            return await step.Past.ReadAsync(CancellationToken.None);
        }
        catch (JsonException e)
        {
            var failure = new TaskFailureDetails(FailureTypes.NotReplayable, $"The history of '{step.InstanceId}' cannot be read: {e.Message}") { IsNonRetriable = true };
            await hub.CompleteAsync(new StepCompletion(step, [new OrchestratorAction.Fail(failure)], null));
            return null;
        }
    }

    private static Proto.WorkItem ToMessage(ActivityWorkItem activity)
    {
        var request = new Proto.ActivityRequest
        {
            Name = activity.Name,
            Version = activity.Version,
            Input = activity.Input,
            OrchestrationInstance = new() { InstanceId = activity.InstanceId, ExecutionId = activity.ExecutionId },
            TaskId = activity.TaskId,
            ParentTraceContext = activity.Trace.ToProto(),
        };
        request.Tags.Fill(activity.Tags);
        return new Proto.WorkItem { ActivityRequest = request, CompletionToken = activity.Token };
    }
}
