using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>
/// A hub in another process: one of ours, a sidecar of another make, Azure's Durable Task Scheduler or its emulator. Clients and workers
/// use it as they use a hub in their own.
/// </summary>
public sealed class RemoteTaskHub : ITaskHub, IAsyncDisposable
{
    private static readonly TimeSpan LongestPurge = TimeSpan.FromMinutes(10);

    private readonly GrpcChannel _channel;
    private readonly RemoteTaskHubOptions _options;
    private readonly Persistence _persistence;
    private readonly HistoryCalls _history;
    private readonly RemoteWork _work;
    private readonly IIdSource _ids;
    private readonly CancellationTokenSource _closing = new();

    public RemoteTaskHub(HubAddress address, RemoteTaskHubOptions options, TimeProvider time, Random random, ILoggerFactory? logs = null)
    {
        var logger = (logs ?? NullLoggerFactory.Instance).CreateLogger<RemoteTaskHub>();
        _options = options;
        _ids = new RandomIds(time);
        _channel = HubChannel.Open(address, options, time);
        _persistence = new Persistence(options, time, random, logger);
        var completions = new CompletionCalls(_channel, options.CallTimeout, _closing.Token);
        var pauses = new Pauses(options.ReconnectAfter, options.ReconnectAtMostAfter, time, random);
        _history = new HistoryCalls(_channel, _persistence, options.CallTimeout, time);
        _work = new RemoteWork(_channel, completions, _history, options, _persistence, pauses, address, time, logger);
    }

    /// <summary>What is not yet delivered is no longer tried.</summary>
    public ValueTask DisposeAsync()
    {
        _closing.Cancel();
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Asks whether the hub is there and lets this credential in; nothing else is asked of it.</summary>
    /// <exception cref="RpcException">It refuses, or cannot be reached and patience is over.</exception>
    public Task GreetAsync(CancellationToken cancellation = default) => RepeatAsync("Hello", new Google.Protobuf.WellKnownTypes.Empty(), Google.Protobuf.WellKnownTypes.Empty.Parser, cancellation);

    /// <summary>Connects, and connects again whenever the stream ends, until the token is cancelled.</summary>
    public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => _work.ReceiveAsync(offer, cancellation);

    public Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) =>
        UntilClosedAsync(token => _work.CompleteAsync(completion, token), cancellation);

    public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) =>
        UntilClosedAsync(token => _work.CompleteAsync(completion, token), cancellation);

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => _work.AbandonAsync(item, Headers.Returned, cancellation);

    public Task RefuseAsync(WorkItem item, CancellationToken cancellation = default) => _work.AbandonAsync(item, Headers.Version, cancellation);

    public async IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(
        string instanceId, string? executionId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new Proto.StreamInstanceHistoryRequest { InstanceId = instanceId, ExecutionId = executionId };
        foreach (var happened in await Errors.OfInstanceAsync(
            instanceId, () => _persistence.RepeatAsync(() => _history.ReadAsync(request, cancellation), cancellation)))
        {
            yield return happened;
        }
    }

    public async Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default)
    {
        var id = request.InstanceId ?? _ids.NewId();
        // Half a character would be changed on its way, and the id be another.
        InstanceIds.Check(id);
        var message = new Proto.CreateInstanceRequest
        {
            InstanceId = id,
            Name = request.Name,
            Version = request.Version,
            Input = request.Input,
            ScheduledStartTimestamp = request.StartAt?.ToProto(),
            ParentTraceContext = request.Trace.ToProto(),
            OrchestrationIdReusePolicy = new(),
        };
        message.OrchestrationIdReusePolicy.ReplaceableStatus.AddRange(request.Replaceable.Select(StateMapping.ToProto));
        message.Tags.Fill(request.Tags);
        try
        {
            return (await OnceAsync("StartInstance", message, Proto.CreateInstanceResponse.Parser, cancellation)).InstanceId;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            throw new OrchestrationAlreadyExistsException(message.InstanceId);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
        {
            throw new ArgumentException(e.Detail, nameof(request), e);
        }
    }

    public async Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default) =>
        ToState(await RepeatAsync("GetInstance", ToRequest(instanceId, payloads), Proto.GetInstanceResponse.Parser, cancellation));

    public async Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default)
    {
        var call = until == Until.Started ? "WaitForInstanceStart" : "WaitForInstanceCompletion";
        return ToState(await _persistence.WaitAsync(
            () => _channel.CallAsync(call, ToRequest(instanceId, payloads), Proto.GetInstanceResponse.Parser, null, cancellation), cancellation));
    }

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) => Errors.OfInstanceAsync(instanceId, async () =>
    {
        try
        {
            await SendAsync(instanceId, request, cancellation);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            throw await StatusExceptionAsync(instanceId, e, cancellation);
        }
    });

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) => Errors.OfInstanceAsync(instanceId, async () =>
    {
        try
        {
            var request = new Proto.RestartInstanceRequest { InstanceId = instanceId, RestartWithNewInstanceId = withNewId };
            return (await OnceAsync("RestartInstance", request, Proto.RestartInstanceResponse.Parser, cancellation)).InstanceId;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            throw await StatusExceptionAsync(instanceId, e, cancellation);
        }
    });

    public async Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        var message = new Proto.InstanceQuery
        {
            CreatedTimeFrom = query.CreatedFrom?.ToProto(),
            CreatedTimeTo = query.CreatedTo?.ToProto(),
            InstanceIdPrefix = query.InstanceIdPrefix,
            MaxInstanceCount = query.PageSize,
            FetchInputsAndOutputs = query.FetchInputsAndOutputs,
            ContinuationToken = query.ContinuationToken,
        };
        message.RuntimeStatus.AddRange((query.Statuses ?? []).Select(StateMapping.ToProto));
        var page = await RepeatAsync("QueryInstances", new Proto.QueryInstancesRequest { Query = message }, Proto.QueryInstancesResponse.Parser, cancellation);
        return new Page<InstanceState>([.. page.OrchestrationState.Select(StateMapping.ToState)], page.ContinuationToken.ToPayload());
    }

    public async Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default)
    {
        var message = new Proto.PurgeInstancesRequest { Recursive = request.Recursive, IsOrchestration = true };
        if (request.InstanceId is { } id)
            message.InstanceId = id;
        else
            message.PurgeInstanceFilter = ToFilter(request.Filter ?? new PurgeInstancesFilter());
        var result = await _persistence.RepeatAsync(
            () => _channel.CallAsync("PurgeInstances", message, Proto.PurgeInstancesResponse.Parser, LimitOf(request), cancellation), cancellation);
        return new PurgeResult(result.DeletedInstanceCount) { IsComplete = result.IsComplete };
    }

    private Task SendAsync(string instanceId, InstanceRequest request, CancellationToken cancellation) => request switch
    {
        InstanceRequest.Raise r => OnceAsync(
            "RaiseEvent", new Proto.RaiseEventRequest { InstanceId = instanceId, Name = r.EventName, Input = r.Payload }, Proto.RaiseEventResponse.Parser, cancellation),
        InstanceRequest.Terminate r => RepeatAsync(
            "TerminateInstance",
            new Proto.TerminateRequest { InstanceId = instanceId, Output = r.Output, Recursive = r.Recursive },
            Proto.TerminateResponse.Parser,
            cancellation),
        InstanceRequest.Suspend r => RepeatAsync(
            "SuspendInstance", new Proto.SuspendRequest { InstanceId = instanceId, Reason = r.Reason }, Proto.SuspendResponse.Parser, cancellation),
        InstanceRequest.Resume r => RepeatAsync(
            "ResumeInstance", new Proto.ResumeRequest { InstanceId = instanceId, Reason = r.Reason }, Proto.ResumeResponse.Parser, cancellation),
        InstanceRequest.Rewind r => OnceAsync(
            "RewindInstance", new Proto.RewindInstanceRequest { InstanceId = instanceId, Reason = r.Reason }, Proto.RewindInstanceResponse.Parser, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(request)),
    };

    private Task<T> OnceAsync<T>(string call, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T> =>
        _persistence.SendOnceAsync(() => _channel.CallAsync(call, request, parser, _options.CallTimeout, cancellation), cancellation);

    private Task<T> RepeatAsync<T>(string call, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T> =>
        _persistence.RepeatAsync(() => _channel.CallAsync(call, request, parser, _options.CallTimeout, cancellation), cancellation);

    private Task<T> UntilClosedAsync<T>(Func<CancellationToken, Task<T>> deliver, CancellationToken cancellation) =>
        cancellation.CanBeCanceled ? UntilEitherAsync(deliver, cancellation) : deliver(_closing.Token);

    private async Task<T> UntilEitherAsync<T>(Func<CancellationToken, Task<T>> deliver, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        return await deliver(end.Token);
    }

    private async Task<Exception> StatusExceptionAsync(string instanceId, RpcException e, CancellationToken cancellation)
    {
        if (await GetAsync(instanceId, payloads: false, cancellation) is not { } state)
            return new OrchestrationNotFoundException(instanceId);
        var said = $"The orchestration '{instanceId}' is {state.Status}: ";
        return new OrchestrationStatusException(
            instanceId, state.Status, e.Detail.StartsWith(said, StringComparison.Ordinal) ? e.Detail[said.Length..] : e.Detail);
    }

    /// <summary>A large purge takes its time, and whoever limits it is answered when that is over.</summary>
    private static TimeSpan LimitOf(PurgeRequest request) => LongestPurge + (request.Filter?.Timeout ?? TimeSpan.Zero);

    private static Proto.GetInstanceRequest ToRequest(string instanceId, bool payloads) => new() { InstanceId = instanceId, GetInputsAndOutputs = payloads };

    private static InstanceState? ToState(Proto.GetInstanceResponse response) =>
        response is { Exists: true, OrchestrationState: { } state } ? StateMapping.ToState(state) : null;

    private static Proto.PurgeInstanceFilter ToFilter(PurgeInstancesFilter filter)
    {
        var message = new Proto.PurgeInstanceFilter
        {
            CreatedTimeFrom = filter.CreatedFrom?.ToProto(),
            CreatedTimeTo = filter.CreatedTo?.ToProto(),
            Timeout = filter.Timeout is { } timeout ? Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(timeout) : null,
        };
        message.RuntimeStatus.AddRange((filter.Statuses ?? []).Select(StateMapping.ToProto));
        return message;
    }
}
