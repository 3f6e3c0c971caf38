using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>Completions for one call, and who waits for their receipts.</summary>
internal sealed class CompletionBatch
{
    private const int MostBytes = 256 * 1024;
    private static readonly Proto.CompleteTaskResponse Done = new();
    private readonly List<TaskCompletionSource<Proto.CompleteTaskResponse>> _steps = [];
    private readonly List<TaskCompletionSource<Proto.CompleteTaskResponse>> _activities = [];
    private int _bytes;

    public Proto.Completions Message { get; } = new();

    /// <summary>Takes the completion in; null if it is of another kind, or there is no room for it.</summary>
    public Task<Proto.CompleteTaskResponse>? TryAdd(IMessage completion)
    {
        var bytes = completion.CalculateSize();
        if (_bytes + bytes > MostBytes)
            return null;
        var waiting = new TaskCompletionSource<Proto.CompleteTaskResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        switch (completion)
        {
            case Proto.OrchestratorResponse { IsPartial: false } step:
                Message.Steps.Add(step);
                _steps.Add(waiting);
                break;
            case Proto.ActivityResponse activity:
                Message.Activities.Add(activity);
                _activities.Add(waiting);
                break;
            default:
                return null;
        }

        _bytes += bytes;
        return waiting.Task;
    }

    public void End(Proto.CompletionReceipts receipts)
    {
        End(_steps, receipts.Steps);
        End(_activities, receipts.Activities);
    }

    public void Fail(Exception reason)
    {
        foreach (var waiting in _steps.Concat(_activities))
            waiting.TrySetException(reason);
    }

    private static void End(List<TaskCompletionSource<Proto.CompleteTaskResponse>> all, IReadOnlyList<Proto.CompletionReceipt> receipts)
    {
        if (receipts.Count != all.Count)
            throw new RpcException(StatusCode.Internal, $"There are {receipts.Count} receipts for {all.Count} completions.");
        for (var i = 0; i < all.Count; i++)
        {
            if (receipts[i].Status == (int)StatusCode.OK)
                all[i].SetResult(Done);
            else
                all[i].SetException(new RpcException((StatusCode)receipts[i].Status, receipts[i].Detail));
        }
    }
}
