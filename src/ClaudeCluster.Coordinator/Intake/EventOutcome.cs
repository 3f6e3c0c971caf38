using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.Coordinator;

/// <summary>What became of an event.</summary>
/// <param name="Event">As it was handed in.</param>
/// <param name="Words">For people.</param>
/// <param name="IsRefused">Its sender may not ask for it.</param>
internal sealed record EventOutcome(RepositoryEvent Event, string Words, bool IsRefused)
{
    /// <summary>PURE. Read from the history of its <see cref="ReceiveEvent"/>, which is the record of it: who looks later reads the same.</summary>
    /// <returns>Null: it is not decided.</returns>
    public static EventOutcome? Of(IReadOnlyList<HistoryEvent> history)
    {
        if (Read<EventDelivery>(history.OfType<ExecutionStarted>().LastOrDefault()?.Input) is not { } delivery
            || history.OfType<ExecutionCompleted>().LastOrDefault() is not { } ended)
            return null;
        if (ended.Failure is { } failure)
            return new(delivery.Event, $"failed: {failure.ErrorMessage}", IsRefused: false);
        if (Read<EventReceipt>(ended.Output) is not { } receipt)
            return null;
        var isRefused = receipt.FlowId is null && IsSenderRefused(history);
        return new(delivery.Event, Say(receipt, isRefused, history), isRefused);
    }

    private static string Say(EventReceipt receipt, bool isRefused, IReadOnlyList<HistoryEvent> history) => receipt switch
    {
        { Started: true } => $"started {receipt.FlowId}: {receipt.Reason}",
        { FlowId: { } flow } when Asked(history, nameof(RaiseOnFlow)) is not null => $"told {flow}: {receipt.Reason}",
        { FlowId: not null } when Asked(history, nameof(TellFlows)) is not null => receipt.Reason,
        _ => $"{(isRefused ? "refused" : "ignored")}: {receipt.Reason}",
    };

    /// <summary>A question that nobody answered is a no.</summary>
    private static bool IsSenderRefused(IReadOnlyList<HistoryEvent> history) =>
        Asked(history, nameof(Authorise)) is { } asked
        && Read<Authorisation>(history.OfType<TaskCompleted>().LastOrDefault(answer => answer.TaskId == asked.TaskId)?.Result) is not { Allowed: true };

    private static TaskScheduled? Asked(IReadOnlyList<HistoryEvent> history, string activity) =>
        history.OfType<TaskScheduled>().LastOrDefault(task => string.Equals(task.Name, activity, StringComparison.OrdinalIgnoreCase));

    private static T? Read<T>(string? json)
        where T : class => json is null ? null : JsonDataConverter.Default.Deserialize<T>(json);
}
