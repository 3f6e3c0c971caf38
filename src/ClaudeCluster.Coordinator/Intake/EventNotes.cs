using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.GitHub;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// One line in the log for each event: what it was, whose, and what became of it. Where the sender may not ask for it, the line is the audit's,
/// once for each event: one that comes again, or is found again by looking, is refused again and is in the audit already.
/// </summary>
internal sealed class EventNotes(IRecordStore records, Audit audit, TimeProvider time, ILogger logger)
{
    private readonly RecentRecords _refused = new(records, "refused", time);

    /// <summary>It ends at the door.</summary>
    public void Ignored(string what, string? sender, string why)
    {
        var (name, words) = (Audit.Clean(sender is null ? what : $"{what} by '{sender}'"), Audit.Clean($"ignored: {why}"));
        logger.EventEnded(name, words);
    }

    /// <summary>It went on its way, or did so before.</summary>
    public void HandedIn(RepositoryEvent happened, string id, bool isNew)
    {
        var name = NameOf(happened);
        if (isNew)
            logger.EventHandedIn(id, name);
        else
            logger.EventDecided(id, name, "came before");
    }

    /// <summary>What its orchestration decided is in the hub.</summary>
    public async Task DecidedAsync(ITaskHub hub, string id, string executionId, CancellationToken cancellation)
    {
        try
        {
            var history = new List<HistoryEvent>();
            await foreach (var happened in hub.ReadHistoryAsync(id, executionId, cancellation))
                history.Add(happened);
            if (EventOutcome.Of(history) is not { } outcome)
                return;
            var (name, words) = (NameOf(outcome.Event), Audit.Clean(outcome.Words));
            if (outcome.IsRefused && await IsFirstRefusalAsync(id, executionId, cancellation))
                audit.Add(outcome.Event.Sender.Login, $"{EventWords.Of(outcome.Event)} ({id})", outcome.Words, address: null);
            else
                logger.EventDecided(id, name, words);
        }
        catch (Exception failure)
        {
            // It is decided all the same, and its history says what.
            logger.EventNotTold(id, failure);
        }
    }

    private async Task<bool> IsFirstRefusalAsync(string id, string executionId, CancellationToken cancellation)
    {
        var mine = JsonSerializer.Serialize(executionId);
        return await _refused.KeepAsync(id, mine, cancellation) == mine;
    }

    private static string NameOf(RepositoryEvent happened) => Audit.Clean($"{EventWords.Of(happened)} by '{happened.Sender.Login}'");
}
