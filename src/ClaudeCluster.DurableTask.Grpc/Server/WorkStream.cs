using System.Text.Json;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Server;

// The stream of work to one worker (GetWorkItems). It ends in three ways:
//
//   the worker goes       what was not yet sent is given back at once; what was sent has a lease's time to be completed all the same
//   the server stops      the stream ends as if all were well: SDKs take that for "come again", and come again
//   the worker is silent  HTTP/2 pings find it out, and it has gone
//
// Work that is ready at the same time goes out together, and nobody waits for company: what is written is flushed when no more is ready.
//
// Each stream is a worker of its own for the hub, whatever name it gives: what an earlier stream of the same process was sent but never
// read must not be renewed in that process's name. Our own worker says what it really holds; see Headers.Holds.

/// <summary>Gives work to remote workers.</summary>
internal sealed class WorkStream(TaskHubs hubs, TaskHubServerOptions options, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly Proto.WorkItem Ping = new() { HealthPing = new() };
    private int _streams;

    /// <summary>Tells a worker that understands it what this hub can do beyond the protocol.</summary>
    public static void Greet(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey(Headers.Together))
            http.Response.Headers[Headers.Together] = "1";
    }

    public async Task ServeAsync(Proto.GetWorkItemsRequest request, HubCall call, ResponseStream<Proto.WorkItem> output)
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
        using var silence = new Silence(options.PingInterval, time);
        await using var items = hub.ReceiveAsync(offer, end.Token).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (await NextAsync(items, output, silence) is { } item)
            {
                if (filters.Refuse(item))
                    await RefuseAsync(hub, item, output);
                else if (await ToMessageAsync(hub, item, history, output) is { } message)
                    await GiveAsync(item, message, call, output);
            }
        }
        finally
        {
            logger.WorkerGone(worker);
        }
    }

    private static async Task RefuseAsync(LocalTaskHub hub, WorkItem item, ResponseStream<Proto.WorkItem> output)
    {
        await output.FlushAsync();
        await hub.RefuseAsync(item, CancellationToken.None);
    }

    private ValueTask GiveAsync(WorkItem item, Proto.WorkItem message, HubCall call, ResponseStream<Proto.WorkItem> output)
    {
        if (call.Grant.Holder is { } holder)
            hubs.Given.Remember(holder, item.InstanceId);
        return output.WriteAsync(message);
    }

    /// <summary>The next item; null if there will be none. Until it comes the worker has all that came before, and is told that the stream lives.</summary>
    private static async ValueTask<WorkItem?> NextAsync(IAsyncEnumerator<WorkItem> items, ResponseStream<Proto.WorkItem> output, Silence silence)
    {
        var next = items.MoveNextAsync();
        if (next.IsCompleted)
            return await next ? items.Current : null;
        var coming = next.AsTask();
        try
        {
            if (await output.FlushAsync())
                silence.Break();
            while (await Task.WhenAny(coming, silence.Over) != coming)
            {
                if (!silence.IsOver())
                    continue;
                await output.WriteAsync(Ping);
                await output.FlushAsync();
            }
        }
        catch
        {
            // The worker has gone. What comes now is given back when the enumerator is disposed, which must not run into this.
            await coming;
            throw;
        }

        return await coming ? items.Current : null;
    }

    private int Room(int asked) => asked > 0 ? asked : options.DefaultRoom;

    private static async ValueTask<Proto.WorkItem?> ToMessageAsync(LocalTaskHub hub, WorkItem item, int streamFrom, ResponseStream<Proto.WorkItem> output) => item switch
    {
        StepWorkItem step when streamFrom == 0 => ToMessage(step),
        StepWorkItem step => await WithPastAsync(hub, step, streamFrom, output),
        ActivityWorkItem activity => ToMessage(activity),
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };

    /// <summary>For a worker that reads the past itself, if there is one and it does not remember it.</summary>
    private static Proto.WorkItem ToMessage(StepWorkItem step)
    {
        var request = NewRequest(step);
        request.RequiresHistoryStreaming = step.Past is not NoPast;
        request.Properties[Headers.Revision] = Value.ForNumber(step.Revision);
        return new Proto.WorkItem { OrchestratorRequest = request, CompletionToken = step.Token };
    }

    private static async Task<Proto.WorkItem?> WithPastAsync(LocalTaskHub hub, StepWorkItem step, int streamFrom, ResponseStream<Proto.WorkItem> output)
    {
        var reading = ReadPastAsync(hub, step);
        if (!reading.IsCompleted)
            await output.FlushAsync();
        if (await reading is not { } past)
            return null;
        var request = NewRequest(step);
        request.PastEvents.AddRange(past, step.InstanceId);
        if (streamFrom < int.MaxValue && request.CalculateSize() > streamFrom)
        {
            request.PastEvents.Clear();
            request.RequiresHistoryStreaming = true;
        }

        return new Proto.WorkItem { OrchestratorRequest = request, CompletionToken = step.Token };
    }

    private static Proto.OrchestratorRequest NewRequest(StepWorkItem step)
    {
        var request = new Proto.OrchestratorRequest { InstanceId = step.InstanceId, ExecutionId = step.ExecutionId };
        request.NewEvents.AddRange(step.New, step.InstanceId);
        return request;
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

    /// <summary>How long nothing was sent. One timer serves any number of items: only when it rings is it asked how long ago the last one was.</summary>
    private sealed class Silence(TimeSpan limit, TimeProvider time) : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private long _since = time.GetTimestamp();
        private Task? _over;

        /// <summary>Done when the limit may be over.</summary>
        public Task Over => _over ??= Task.Delay(Left > TimeSpan.Zero ? Left : TimeSpan.Zero, time, _end.Token);

        private TimeSpan Left => limit - time.GetElapsedTime(_since);

        /// <summary>Something was sent.</summary>
        public void Break() => _since = time.GetTimestamp();

        /// <summary>True if the limit is over. In both cases another time begins.</summary>
        public bool IsOver()
        {
            _over = null;
            if (Left > TimeSpan.Zero)
                return false;
            Break();
            return true;
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
        }
    }
}
