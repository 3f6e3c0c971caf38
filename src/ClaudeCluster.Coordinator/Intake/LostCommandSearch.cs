using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// Finds commands in comments and reviews that nobody told of. A comment's event has the same key by whatever way it comes, so what its webhook brings
/// late, or brought before, is the same command. Who may give one is asked as of any event.
/// </summary>
internal sealed class LostCommandSearch(DurableTaskClient client, ILostEvents gitHub, Doors doors, Audit audit, TimeSpan leftToWebhook, TimeProvider time)
{
    /// <summary>The others have their turn at the next look.</summary>
    private const int MostAtOnce = 20;

    /// <summary>An older one is nobody's wish any more.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(1);

    /// <summary>So long a list of GitHub's, or what a flow says of itself, may be behind.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(10);

    private const string NoText = "the issue is gone, or somebody else has edited it since";

    private readonly Dictionary<string, DateTimeOffset> _judged = new(StringComparer.Ordinal);
    private readonly Dictionary<long, DateTimeOffset> _lookedAt = [];

    public async Task LookAsync(RepositoryRef repository, IReadOnlyList<OpenFlow> flows, CancellationToken cancellation)
    {
        var open = flows.Where(flow => flow.State.Repository.Id == repository.Id).ToList();
        var now = time.GetUtcNow();
        var said = await ListAsync(repository, open, now, cancellation);
        var found = LostCommands.Of(open, said).Where(command => command.Said.Comment.CreatedAt <= now - leftToWebhook && !_judged.ContainsKey(command.Said.Key)).ToList();
        foreach (var command in found.Take(MostAtOnce))
        {
            await JudgeAsync(repository, command, cancellation);
            _judged[command.Said.Key] = command.Said.Comment.CreatedAt;
        }

        if (found.Count <= MostAtOnce)
            _lookedAt[repository.Id] = now;
        foreach (var (old, _) in _judged.Where(judged => judged.Value < now - LookBack).ToList())
            _judged.Remove(old);
    }

    /// <summary>Only as far back as there can be something that was not looked at before.</summary>
    private async Task<IReadOnlyList<FoundComment>> ListAsync(RepositoryRef repository, IReadOnlyList<OpenFlow> open, DateTimeOffset now, CancellationToken cancellation)
    {
        DateTimeOffset[] bounds = [now - LookBack, _lookedAt.GetValueOrDefault(repository.Id, now - LookBack) - leftToWebhook - Behind];
        var below = await gitHub.ListCommentsAsync(repository, atLines: false, bounds.Max(), cancellation);
        var pulls = open.Select(flow => flow.State.PullRequest?.Number).OfType<int>().ToList();
        return pulls.Count == 0 ? below :
        [
            .. below,
            .. await gitHub.ListCommentsAsync(repository, atLines: true, bounds.Max(), cancellation),
            .. await gitHub.ListReviewsAsync(repository, pulls, bounds.Max(), cancellation),
        ];
    }

    private async Task JudgeAsync(RepositoryRef repository, LostCommand command, CancellationToken cancellation)
    {
        // One that was refused is asked again by whoever sends it again, and not by looking.
        if (await client.GetInstanceAsync(ReceiveEvent.InstanceId(command.Said.Key), getInputsAndOutputs: false, cancellation) is { RuntimeStatus: not OrchestrationRuntimeStatus.Failed })
            return;
        var told = command.Doubt is null ? await EventOfAsync(repository, command, cancellation) : null;
        if (told is not null)
            await doors.HandInAsync(new EventDelivery(told) { IsLookedUp = true }, cancellation);
        else
            audit.Add("reconciler", string.Create(CultureInfo.InvariantCulture, $"{repository.FullName}#{command.Said.Number}"), $"A command of '{command.Said.Sender.Login}' is not done: {command.Doubt ?? NoText}.", address: null);
    }

    private async Task<RepositoryEvent?> EventOfAsync(RepositoryRef repository, LostCommand command, CancellationToken cancellation)
    {
        var said = command.Said;
        var seen = command.NeedsText ? await gitHub.ReadTextAsync(repository, said.Number, said.Comment.CreatedAt, said.Sender, cancellation) : null;
        return command.AsEvent(repository, seen);
    }
}
