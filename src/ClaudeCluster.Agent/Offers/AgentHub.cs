using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>
/// The hub as an agent's worker uses it. It takes tasks only while the offer is open, and stays connected all the same, so that what it
/// holds stays its own; and it stores a result, without secrets, on its own
/// disk before it sends it.
/// </summary>
public sealed class AgentHub(ITaskHub hub, OfferGate gate, ResultJournal journal, Func<string, string> redact, ILogger logger) : ITaskHub
{
    public async IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var (isOpen, changed) = gate.Watch();
            using var stream = CancellationTokenSource.CreateLinkedTokenSource(cancellation, changed);
            await foreach (var item in hub.ReceiveAsync(isOpen ? offer : offer with { StepRoom = 0, ActivityRoom = 0 }, stream.Token))
                yield return item;
        }
    }

    public async Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default)
    {
        var clean = completion with
        {
            Result = completion.Result is { } result ? RedactedJson.Apply(result, redact) : null,
            Failure = completion.Failure is { } failure ? failure with { ErrorMessage = redact(failure.ErrorMessage) } : null,
        };
        var entry = await TryStoreAsync(clean);
        var receipt = await hub.CompleteAsync(clean, cancellation);
        // Not before it has an answer: else a crash here would lose it. A second delivery names a token that is no longer good.
        if (entry is not null)
            ResultJournal.Forget(entry);
        if (receipt == Receipt.LeaseLost)
            logger.ResultRefused(completion.Item.InstanceId);
        else
            logger.ResultDelivered(completion.Item.InstanceId);
        return receipt;
    }

    public Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) => hub.CompleteAsync(completion, cancellation);

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => hub.AbandonAsync(item, cancellation);

    public Task RefuseAsync(WorkItem item, CancellationToken cancellation = default) => hub.RefuseAsync(item, cancellation);

    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default) =>
        hub.ReadHistoryAsync(instanceId, executionId, cancellation);

    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => hub.StartAsync(request, cancellation);

    public Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default) => hub.GetAsync(instanceId, payloads, cancellation);

    public Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default) =>
        hub.WaitAsync(instanceId, until, payloads, cancellation);

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) => hub.RequestAsync(instanceId, request, cancellation);

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) => hub.RestartAsync(instanceId, withNewId, cancellation);

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => hub.QueryAsync(query, cancellation);

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => hub.PurgeAsync(request, cancellation);

    /// <summary>A disk that takes nothing more must not stop the agent, whose other attempts go on: the result is then safe only when it has been sent.</summary>
    private async Task<string?> TryStoreAsync(ActivityCompletion completion)
    {
        try
        {
            return await journal.StoreAsync(completion);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.ResultNotStored(completion.Item.InstanceId, failure);
            return null;
        }
    }
}
