using System.Text.Json;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>Reads histories: whole ones for clients, and for a step what was before it.</summary>
internal sealed class HistoryCalls(GrpcChannel channel, Persistence persistence)
{
    public async Task<IReadOnlyList<HistoryEvent>> ReadAsync(Proto.StreamInstanceHistoryRequest request, CancellationToken cancellation)
    {
        List<HistoryEvent> events = [];
        await foreach (var chunk in channel.StreamAsync("StreamInstanceHistory", request, Proto.HistoryChunk.Parser, null, cancellation))
            events.AddRange(chunk.Events.Select(EventMapping.ToEvent));
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
