using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>What clients ask of instances.</summary>
internal sealed class InstanceCalls(TaskHubs hubs, CancellationToken stopping)
{
    /// <summary>The .NET SDK takes answers of 4 MB at most.</summary>
    private const int MostBytesOfAnswer = 3 * 1024 * 1024;
    private const int MostInstancesOfBatch = 500;

    public async Task<Proto.CreateInstanceResponse> StartAsync(Proto.CreateInstanceRequest request, HubCall call)
    {
        var start = new StartRequest(request.Name, request.InstanceId.Length == 0 ? null : request.InstanceId, request.Input.ToPayload())
        {
            Version = request.Version ?? string.Empty,
            StartAt = StateMapping.ToStart(request.ScheduledStartTimestamp),
            Tags = request.Tags.ToTags() ?? InstanceState.NoTags,
            Trace = request.ParentTraceContext.ToTrace(),
            Replaceable = request.OrchestrationIdReusePolicy is { } policy
                ? [.. policy.ReplaceableStatus.Select(StateMapping.ToStatus)]
                : [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(status => status.IsTerminal())],
        };
        return new() { InstanceId = await Hub(call).StartAsync(start, call.Cancellation) };
    }

    public async Task<Proto.GetInstanceResponse> GetAsync(Proto.GetInstanceRequest request, HubCall call) =>
        ToResponse(await (await hubs.ForInstanceAsync(call, request.InstanceId)).GetAsync(request.InstanceId, request.GetInputsAndOutputs, call.Cancellation));

    public Task<Proto.GetInstanceResponse> WaitForStartAsync(Proto.GetInstanceRequest request, HubCall call) => WaitAsync(Hub(call), request, Until.Started, call);

    public async Task<Proto.GetInstanceResponse> WaitForCompletionAsync(Proto.GetInstanceRequest request, HubCall call) =>
        await WaitAsync(await hubs.ForInstanceAsync(call, request.InstanceId), request, Until.Completed, call);

    public async Task<Proto.RaiseEventResponse> RaiseEventAsync(Proto.RaiseEventRequest request, HubCall call)
    {
        var hub = await hubs.ForInstanceAsync(call, request.InstanceId);
        if (call.Grant.OnlyActivities is not null && !call.Grant.MayRaise(request.Name, request.Input.ToPayload()))
            throw new RpcException(StatusCode.PermissionDenied, $"This credential may not raise this event '{request.Name}'.");
        await hub.RequestAsync(request.InstanceId, new InstanceRequest.Raise(request.Name, request.Input.ToPayload()), call.Cancellation);
        return new();
    }

    public async Task<Proto.TerminateResponse> TerminateAsync(Proto.TerminateRequest request, HubCall call)
    {
        var terminate = new InstanceRequest.Terminate(request.Output.ToPayload()) { Recursive = request.Recursive };
        await Hub(call).RequestAsync(request.InstanceId, terminate, call.Cancellation);
        return new();
    }

    public async Task<Proto.SuspendResponse> SuspendAsync(Proto.SuspendRequest request, HubCall call)
    {
        await Hub(call).RequestAsync(request.InstanceId, new InstanceRequest.Suspend(request.Reason), call.Cancellation);
        return new();
    }

    public async Task<Proto.ResumeResponse> ResumeAsync(Proto.ResumeRequest request, HubCall call)
    {
        await Hub(call).RequestAsync(request.InstanceId, new InstanceRequest.Resume(request.Reason), call.Cancellation);
        return new();
    }

    public async Task<Proto.RewindInstanceResponse> RewindAsync(Proto.RewindInstanceRequest request, HubCall call)
    {
        await Hub(call).RequestAsync(request.InstanceId, new InstanceRequest.Rewind(request.Reason), call.Cancellation);
        return new();
    }

    public async Task<Proto.RestartInstanceResponse> RestartAsync(Proto.RestartInstanceRequest request, HubCall call) =>
        new() { InstanceId = await Hub(call).RestartAsync(request.InstanceId, request.RestartWithNewInstanceId, call.Cancellation) };

    /// <summary>A page that would be too long for one message ends sooner; the token goes on from there.</summary>
    public async Task<Proto.QueryInstancesResponse> QueryAsync(Proto.QueryInstancesRequest request, HubCall call)
    {
        var query = ToQuery(request.Query ?? new());
        while (true)
        {
            var page = await Hub(call).QueryAsync(query, call.Cancellation);
            var response = new Proto.QueryInstancesResponse { ContinuationToken = page.ContinuationToken };
            response.OrchestrationState.AddRange(page.Values.Select(StateMapping.ToProto));
            if (response.CalculateSize() <= MostBytesOfAnswer || page.Values.Count <= 1)
                return response;
            query = query with { PageSize = page.Values.Count / 2 };
        }
    }

    /// <summary>Ended instances, in the order of their creation.</summary>
    public async Task<Proto.ListInstanceIdsResponse> ListIdsAsync(Proto.ListInstanceIdsRequest request, HubCall call)
    {
        var statuses = request.RuntimeStatus.Select(StateMapping.ToStatus).Where(status => status.IsTerminal()).ToList();
        var query = new OrchestrationQuery(
            Statuses: statuses.Count > 0 ? statuses : [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(status => status.IsTerminal())],
            PageSize: request.PageSize > 0 ? request.PageSize : OrchestrationQuery.DefaultPageSize,
            ContinuationToken: request.LastInstanceKey.ToPayload());
        var response = new Proto.ListInstanceIdsResponse();
        do
        {
            var page = await Hub(call).QueryAsync(query, call.Cancellation);
            response.InstanceIds.AddRange(page.Values.Where(EndedInTime).Select(state => state.InstanceId));
            query = query with { ContinuationToken = page.ContinuationToken };
        }
        while (response.InstanceIds.Count == 0 && query.ContinuationToken is not null);

        response.LastInstanceKey = query.ContinuationToken;
        return response;

        bool EndedInTime(InstanceState state) =>
            (request.CompletedTimeFrom is not { } from || state.LastUpdatedAt >= from.ToInstant())
            && (request.CompletedTimeTo is not { } to || state.LastUpdatedAt <= to.ToInstant());
    }

    public async Task<Proto.PurgeInstancesResponse> PurgeAsync(Proto.PurgeInstancesRequest request, HubCall call)
    {
        IReadOnlyList<PurgeRequest> purges = request.RequestCase switch
        {
            Proto.PurgeInstancesRequest.RequestOneofCase.InstanceId => [new PurgeRequest(request.InstanceId, null)],
            Proto.PurgeInstancesRequest.RequestOneofCase.InstanceBatch => [.. Ids(request.InstanceBatch).Select(id => new PurgeRequest(id, null))],
            Proto.PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter => [new PurgeRequest(null, ToFilter(request.PurgeInstanceFilter))],
            _ => throw new RpcException(StatusCode.InvalidArgument, "A purge names an instance, a batch of them, or a filter."),
        };
        var response = new Proto.PurgeInstancesResponse { IsComplete = true };
        foreach (var purge in purges)
        {
            var result = await Hub(call).PurgeAsync(purge with { Recursive = request.Recursive }, call.Cancellation);
            response.DeletedInstanceCount += result.PurgedInstanceCount;
            response.IsComplete &= result.IsComplete ?? true;
        }

        return response;
    }

    /// <summary>Every termination here is at once: none is left that would have to be skipped.</summary>
    public async Task<Proto.SkipGracefulOrchestrationTerminationsResponse> SkipGracefulTerminationsAsync(
        Proto.SkipGracefulOrchestrationTerminationsRequest request, HubCall call)
    {
        var response = new Proto.SkipGracefulOrchestrationTerminationsResponse();
        foreach (var id in Ids(request.InstanceBatch ?? new()))
        {
            try
            {
                await Hub(call).RequestAsync(id, new InstanceRequest.Terminate(request.Reason.ToPayload()), call.Cancellation);
            }
            catch (OrchestrationNotFoundException)
            {
                response.UnterminatedInstanceIds.Add(id);
            }
        }

        return response;
    }

    private LocalTaskHub Hub(HubCall call) => hubs.ForClient(call);

    /// <summary>A server that stops ends it as UNAVAILABLE: it may be asked for again, and else would keep the server from stopping.</summary>
    private async Task<Proto.GetInstanceResponse> WaitAsync(LocalTaskHub hub, Proto.GetInstanceRequest request, Until until, HubCall call)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, stopping);
        return ToResponse(await hub.WaitAsync(request.InstanceId, until, request.GetInputsAndOutputs, end.Token));
    }

    private static Proto.GetInstanceResponse ToResponse(InstanceState? state) =>
        new() { Exists = state is not null, OrchestrationState = state is null ? null : StateMapping.ToProto(state) };

    private static OrchestrationQuery ToQuery(Proto.InstanceQuery query) => new(
        query.CreatedTimeFrom?.ToInstant(),
        query.CreatedTimeTo?.ToInstant(),
        query.RuntimeStatus.Count == 0 ? null : [.. query.RuntimeStatus.Select(StateMapping.ToStatus)],
        query.InstanceIdPrefix.ToPayload(),
        query.MaxInstanceCount > 0 ? query.MaxInstanceCount : OrchestrationQuery.DefaultPageSize,
        query.FetchInputsAndOutputs,
        query.ContinuationToken.ToPayload());

    private static PurgeInstancesFilter ToFilter(Proto.PurgeInstanceFilter filter) => new(
        filter.CreatedTimeFrom?.ToInstant(),
        filter.CreatedTimeTo?.ToInstant(),
        filter.RuntimeStatus.Count == 0 ? null : [.. filter.RuntimeStatus.Select(StateMapping.ToStatus)])
    {
        Timeout = filter.Timeout?.ToTimeSpan(),
    };

    private static IReadOnlyList<string> Ids(Proto.InstanceBatch batch) => batch.InstanceIds.Count <= MostInstancesOfBatch
        ? batch.InstanceIds
        : throw new RpcException(StatusCode.InvalidArgument, $"A batch has at most {MostInstancesOfBatch} instances.");
}
