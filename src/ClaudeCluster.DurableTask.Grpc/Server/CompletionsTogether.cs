namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>Completions that come in one call. Each is taken as if it had come alone, and has a receipt of its own.</summary>
internal sealed class CompletionsTogether(WorkItemCalls work, CallFailures failures)
{
    public async Task<Proto.CompletionReceipts> CompleteAsync(Proto.Completions completions, HubCall call)
    {
        // All are begun before the first is waited for: what is ready together is committed together.
        var steps = completions.Steps.Select(step => ReceiptAsync(step, work.CompleteStepAsync, call)).ToList();
        var activities = completions.Activities.Select(activity => ReceiptAsync(activity, work.CompleteActivityAsync, call)).ToList();
        var receipts = new Proto.CompletionReceipts();
        receipts.Steps.AddRange(await Task.WhenAll(steps));
        receipts.Activities.AddRange(await Task.WhenAll(activities));
        return receipts;
    }

    private async Task<Proto.CompletionReceipt> ReceiptAsync<T>(T completion, Func<T, HubCall, Task<Proto.CompleteTaskResponse>> complete, HubCall call)
    {
        try
        {
            await complete(completion, call);
            return new();
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // That is true of the whole call.
            throw;
        }
        catch (Exception e)
        {
            var (status, detail) = failures.Note(call.Http, call.Grant, e);
            return new() { Status = (int)status, Detail = detail };
        }
    }
}
