using System.Text.Json;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>Reads histories: whole ones for clients, and for a step what was before it.</summary>
/// <param name="channel">The hub.</param>
/// <param name="persistence">Tries again for a step.</param>
/// <param name="silence">How long to wait for each part. A long history has many.</param>
/// <param name="time">The clock.</param>
internal sealed class HistoryCalls(GrpcChannel channel, Persistence persistence, TimeSpan silence, TimeProvider time)
{
    public async Task<IReadOnlyList<HistoryEvent>> ReadAsync(Proto.StreamInstanceHistoryRequest request, CancellationToken cancellation)
    {
        using var limit = new CallLimit(silence, time, cancellation);
        List<HistoryEvent> events = [];
        try
        {
            await foreach (var chunk in channel.StreamAsync("StreamInstanceHistory", request, Proto.HistoryChunk.Parser, null, limit.Token))
            {
                limit.BeginAgain();
                events.AddRange(chunk.Events.Select(EventMapping.ToEvent));
            }
        }
        catch (OperationCanceledException e) when (limit.IsOver)
        {
            throw new RpcException(StatusCode.DeadlineExceeded, $"The history of '{request.InstanceId}' stopped coming.", e);
        }

        return events;
    }

    /// <summary>What was before a step: sent with it, or to be read when it is needed.</summary>
    public IPastEvents PastOf(Proto.OrchestratorRequest step) => step.RequiresHistoryStreaming
        ? new StreamedPast(this, step.InstanceId, step.ExecutionId)
        : new KnownPast([.. step.PastEvents.Select(EventMapping.ToEvent)]);

    private async Task<IReadOnlyList<HistoryEvent>> ReadPastAsync(Proto.StreamInstanceHistoryRequest request, CancellationToken cancellation)
    {
        try
        {
            return await persistence.DeliverAsync(() => ReadAsync(request, cancellation), cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.DataLoss)
        {
            throw new JsonException(e.Detail, e);
        }
    }

    private sealed class KnownPast(IReadOnlyList<HistoryEvent> events) : IPastEvents
    {
        public Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation) => Task.FromResult(events);
    }

    private sealed class StreamedPast(HistoryCalls calls, string instanceId, string? executionId) : IPastEvents
    {
        public Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation) => calls.ReadPastAsync(
            new Proto.StreamInstanceHistoryRequest { InstanceId = instanceId, ExecutionId = executionId, ForWorkItemProcessing = true }, cancellation);
    }
}
