using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.Hub;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>
/// Serves hubs to any Durable Task SDK, as the service TaskHubSidecarService. The endpoint must speak HTTP/2 (without TLS: only HTTP/2).
/// </summary>
public sealed class TaskHubServer
{
    private readonly Dictionary<string, RequestDelegate> _calls;
    private readonly RequestDelegate _unknown;
    private readonly TaskHubs _hubs;

    /// <param name="hubs">The hubs by name; calls that name none mean "default".</param>
    /// <param name="options">How they are served.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">Cancelled when the server is about to stop: no more work is handed out, but what was can still be completed; waits end as UNAVAILABLE.</param>
    /// <param name="logs">Where to log.</param>
    public TaskHubServer(
        IReadOnlyDictionary<string, LocalTaskHub> hubs, TaskHubServerOptions options, TimeProvider time, CancellationToken stopping, ILoggerFactory? logs = null)
    {
        var logger = (logs ?? NullLoggerFactory.Instance).CreateLogger<TaskHubServer>();
        var named = _hubs = new TaskHubs(hubs);
        var instances = new InstanceCalls(named, stopping);
        var work = new WorkItemCalls(named, new BackOff(time), logger);
        var stream = new WorkStream(named, options, time, logger, stopping);
        var failures = new CallFailures(options, logger);
        var together = new CompletionsTogether(work, failures);
        var calls = new ServerCalls(options, failures, time);
        _unknown = calls.RefuseAsync;
        _calls = new(StringComparer.Ordinal)
        {
            ["Hello"] = calls.Unary<Empty, Empty>(Empty.Parser, (_, call) =>
            {
                named.ForWorker(call);
                return Task.FromResult(new Empty());
            }),
            ["StartInstance"] = calls.Unary(Proto.CreateInstanceRequest.Parser, instances.StartAsync),
            ["GetInstance"] = calls.Unary(Proto.GetInstanceRequest.Parser, instances.GetAsync),
            ["WaitForInstanceStart"] = calls.Unary(Proto.GetInstanceRequest.Parser, instances.WaitForStartAsync),
            ["WaitForInstanceCompletion"] = calls.Unary(Proto.GetInstanceRequest.Parser, instances.WaitForCompletionAsync),
            ["RaiseEvent"] = calls.Unary(Proto.RaiseEventRequest.Parser, instances.RaiseEventAsync),
            ["TerminateInstance"] = calls.Unary(Proto.TerminateRequest.Parser, instances.TerminateAsync),
            ["SuspendInstance"] = calls.Unary(Proto.SuspendRequest.Parser, instances.SuspendAsync),
            ["ResumeInstance"] = calls.Unary(Proto.ResumeRequest.Parser, instances.ResumeAsync),
            ["RewindInstance"] = calls.Unary(Proto.RewindInstanceRequest.Parser, instances.RewindAsync),
            ["RestartInstance"] = calls.Unary(Proto.RestartInstanceRequest.Parser, instances.RestartAsync),
            ["QueryInstances"] = calls.Unary(Proto.QueryInstancesRequest.Parser, instances.QueryAsync),
            ["ListInstanceIds"] = calls.Unary(Proto.ListInstanceIdsRequest.Parser, instances.ListIdsAsync),
            ["PurgeInstances"] = calls.Unary(Proto.PurgeInstancesRequest.Parser, instances.PurgeAsync),
            ["SkipGracefulOrchestrationTerminations"] =
                calls.Unary(Proto.SkipGracefulOrchestrationTerminationsRequest.Parser, instances.SkipGracefulTerminationsAsync),
            ["StreamInstanceHistory"] = calls.Streaming<Proto.StreamInstanceHistoryRequest, Proto.HistoryChunk>(
                Proto.StreamInstanceHistoryRequest.Parser, work.StreamHistoryAsync),
            ["GetWorkItems"] = calls.Streaming<Proto.GetWorkItemsRequest, Proto.WorkItem>(Proto.GetWorkItemsRequest.Parser, stream.ServeAsync, WorkStream.Greet),
            ["CompleteOrchestratorTask"] = calls.Unary(Proto.OrchestratorResponse.Parser, work.CompleteStepAsync),
            ["CompleteActivityTask"] = calls.Unary(Proto.ActivityResponse.Parser, work.CompleteActivityAsync),
            [Headers.CompleteTogether] = calls.Unary(Proto.Completions.Parser, together.CompleteAsync),
            ["AbandonTaskOrchestratorWorkItem"] = calls.Unary(Proto.AbandonOrchestrationTaskRequest.Parser, work.AbandonStepAsync),
            ["AbandonTaskActivityWorkItem"] = calls.Unary(Proto.AbandonActivityTaskRequest.Parser, work.AbandonActivityAsync),
            // The hubs of a server are there from its start to its end: there is nothing to create, and nothing that a call may delete.
            ["CreateTaskHub"] = calls.Unary<Proto.CreateTaskHubRequest, Proto.CreateTaskHubResponse>(Proto.CreateTaskHubRequest.Parser, (_, call) =>
            {
                named.ForClient(call);
                return Task.FromResult(new Proto.CreateTaskHubResponse());
            }),
        };
    }

    /// <summary>The calls' address on this server.</summary>
    public void MapTo(IEndpointRouteBuilder routes) => routes.MapPost($"{Headers.Service}{{call}}", http =>
        _calls.GetValueOrDefault(http.Request.RouteValues["call"] as string ?? string.Empty, _unknown)(http));

    /// <summary>True while a worker with a credential of this holder has a stream of work here.</summary>
    public bool IsConnected(string holder) => _hubs.Given.IsConnected(holder);

    /// <summary>True if this holder was given an activity of that instance: since this server was started, or before and it still holds it.</summary>
    public async Task<bool> WasGivenAsync(string taskHub, string holder, string instanceId, CancellationToken cancellation = default) =>
        _hubs.Find(taskHub) is { } hub && await _hubs.Given.WasGivenAsync(hub, new HubGrant { Holder = holder }, instanceId, cancellation);
}
