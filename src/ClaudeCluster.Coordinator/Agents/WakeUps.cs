using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// Wakes one runner for an attempt, whoever asks and however often.
/// <code>
///   nothing known ──a runner is alive?──► intent stored ──dispatch──► run stored ──► queued: say for how long
///                        │ no: say so        │ died, or no word                      running: it is there
///                                            └─► look for the run by its name        ended, and the attempt still waits: again
/// </code>
/// The intent is stored before GitHub is asked. So a second call finds it, and what is unclear is looked for before it is asked for again.
/// </summary>
internal sealed class WakeUps(IRunners runners, IRecordStore records, TimeProvider time)
{
    private const string Kind = "wake-up";
    private const int Page = 200;

    /// <summary>A refusal lasts until a person does something; nobody need be asked each minute.</summary>
    private static readonly TimeSpan RefusedFor = TimeSpan.FromMinutes(10);

    /// <summary>GitHub gives a run to an idle runner within seconds.</summary>
    private static readonly TimeSpan QueuedForLong = TimeSpan.FromMinutes(1);

    /// <summary>Longer than one request to GitHub takes at most.</summary>
    private static readonly TimeSpan InFlightFor = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan RememberedFor = TimeSpan.FromDays(30);
    private static readonly TimeSpan ForgetsEvery = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<long, (DateTimeOffset Until, string Words)> _refused = new();
    private DateTimeOffset _forgotAt;

    /// <param name="call">For which attempt.</param>
    /// <param name="repository">Whose runners.</param>
    /// <param name="found">Who is there without a runner.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<Availability> WakeAsync(AgentCall call, RepositoryRef repository, Availability found, CancellationToken cancellationToken)
    {
        if (_refused.TryGetValue(repository.Id, out var refused) && refused.Until > time.GetUtcNow())
            return Nobody(found, refused.Words);
        var stored = await records.GetAsync(Kind, call.AttemptId, cancellationToken);
        if (stored is null)
            return await BeginAsync(call, repository, found, cancellationToken);
        var wakeUp = JsonSerializer.Deserialize<WakeUp>(stored.Json, ApiJson.Options)!;
        var run = wakeUp.Run is { } known
            ? await runners.ReadRunAsync(repository, known, cancellationToken)
            : await runners.FindRunAsync(repository, call.AttemptId, wakeUp.At, cancellationToken);
        return run switch
        {
            // Somebody is asking GitHub at this moment, or died of it.
            null when wakeUp is { Run: null, IsUnclear: false } && time.GetUtcNow() - wakeUp.At < InFlightFor => new(true, null),

            // It is over, or never came to be: nobody is on the way.
            null or { State: AgentRunState.Ended } => await BeginAsync(call, repository, found, cancellationToken, stored.Revision),
            { State: AgentRunState.Queued } => await QueuedAsync(call, repository, found, run, cancellationToken),
            _ => new(true, null),
        };
    }

    private async Task<Availability> BeginAsync(AgentCall call, RepositoryRef repository, Availability found, CancellationToken cancellationToken, long expected = 0)
    {
        var look = await runners.LookAsync(repository, call.Specialty, cancellationToken);
        if (look.IsAlive == false)
            return Nobody(found, look.Words);
        var wakeUp = new WakeUp(repository.FullName, time.GetUtcNow(), Run: null);
        if (await records.PutAsync(Kind, call.AttemptId, Text(wakeUp), expected, cancellationToken) is not { } revision)
            return new(true, null); // Somebody else wakes one at this moment.
        var dispatch = await DispatchAsync(call, repository, wakeUp, revision, cancellationToken);
        if (dispatch.Refusal is { } refusal)
        {
            _refused[repository.Id] = (time.GetUtcNow() + RefusedFor, refusal);
            await records.DeleteAsync(Kind, call.AttemptId, revision, cancellationToken);
            return Nobody(found, refusal);
        }

        if (dispatch.Run is not null)
            await records.PutAsync(Kind, call.AttemptId, Text(wakeUp with { Run = dispatch.Run }), revision, cancellationToken);
        await ForgetAsync(cancellationToken);
        return look.IsAlive == true ? new(true, null) : new(false, $"a run was asked for, but {look.Words}");
    }

    private async Task<Dispatch> DispatchAsync(AgentCall call, RepositoryRef repository, WakeUp wakeUp, long revision, CancellationToken cancellationToken)
    {
        try
        {
            return await runners.DispatchAsync(repository, call.Specialty, call.AttemptId, cancellationToken);
        }
        catch
        {
            // It may have begun all the same: the next call looks for it.
            await records.PutAsync(Kind, call.AttemptId, Text(wakeUp with { IsUnclear = true }), revision, CancellationToken.None);
            throw;
        }
    }

    private async Task<Availability> QueuedAsync(AgentCall call, RepositoryRef repository, Availability found, AgentRun run, CancellationToken cancellationToken)
    {
        var waited = time.GetUtcNow() - run.CreatedAt;
        if (waited < QueuedForLong)
            return new(true, null);
        var look = await runners.LookAsync(repository, call.Specialty, cancellationToken);
        var why = look.Words ?? "a runner with its labels is online, but does not take it (it may be busy)";
        return Nobody(found, string.Create(CultureInfo.InvariantCulture, $"the run {run.Url ?? run.Id.ToString(CultureInfo.InvariantCulture)} has been queued for {(int)waited.TotalMinutes} min: {why}"));
    }

    /// <summary>An attempt that old has its runner, or will get another one.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - _forgotAt < ForgetsEvery)
            return;
        _forgotAt = now;
        var old = await records.ListAsync(Kind, string.Empty, null, Page, cancellationToken);
        foreach (var record in old.Where(record => now - JsonSerializer.Deserialize<WakeUp>(record.Json, ApiJson.Options)!.At > RememberedFor))
            await records.DeleteAsync(Kind, record.Key, record.Revision, cancellationToken);
    }

    /// <summary>Both are said: an agent may come to be connected, or a runner may be mended.</summary>
    private static Availability Nobody(Availability found, string? words) =>
        found.IsSomeoneThere ? found : new(false, string.Join("; ", new[] { found.Missing, words }.OfType<string>()));

    private static string Text(WakeUp wakeUp) => JsonSerializer.Serialize(wakeUp, ApiJson.Options);

    /// <param name="Repository">For people who look into the database.</param>
    /// <param name="At">When a run was asked for.</param>
    /// <param name="Run">GitHub's id; null: not known, or not yet.</param>
    private sealed record WakeUp(string Repository, DateTimeOffset At, long? Run)
    {
        /// <summary>GitHub gave no clear answer.</summary>
        public bool IsUnclear { get; init; }
    }
}
