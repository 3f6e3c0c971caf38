using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>A hub that can only be looked at, whoever works on it. Give it to a client to read instances and histories.</summary>
public sealed class ReadOnlyTaskHub(ITaskHubReader reader) : ITaskHub
{
    public async Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default)
    {
        var state = await reader.ReadInstanceAsync(instanceId, cancellation);
        return payloads ? state : state?.WithoutPayloads();
    }

    public async IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(
        string instanceId, string? executionId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var happened in await reader.ReadCurrentAsync(instanceId, executionId, cancellation))
            yield return happened;
    }

    public async Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        var page = await reader.QueryAsync(query, cancellation);
        return query.FetchInputsAndOutputs ? page : page with { Values = [.. page.Values.Select(state => state.WithoutPayloads())] };
    }

    public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => throw OnlyReads();

    public Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) => throw OnlyReads();

    public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) => throw OnlyReads();

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => throw OnlyReads();

    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => throw OnlyReads();

    /// <exception cref="NotSupportedException">Nobody tells a reader of a change.</exception>
    public Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default) => throw OnlyReads();

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) => throw OnlyReads();

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) => throw OnlyReads();

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => throw OnlyReads();

    private static NotSupportedException OnlyReads() => new("This hub is open for reading only.");
}
