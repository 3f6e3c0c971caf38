using System.Collections.Concurrent;
using System.Text.Json;
using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator;

/// <summary>The agents, their tokens and what they last said. All is stored; this process keeps it at hand and looks for what other coordinators wrote.</summary>
internal sealed class AgentRegistry(IRecordStore records, TimeProvider time)
{
    private const string Kind = "agent";
    private const string Reports = "agent-report";
    private const int Page = 200;
    private static readonly TimeSpan StoredEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LooksForStrangersEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, RegisteredAgent> _agents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RegisteredAgent> _byHash = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LastReport> _reports = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LastReport> _stored = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _fullSince = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private DateTimeOffset _lookedAt;

    public IEnumerable<RegisteredAgent> All => _agents.Values.OrderBy(agent => agent.Record.Id.Value, StringComparer.Ordinal);

    public RegisteredAgent? Find(string id) => _agents.GetValueOrDefault(id);

    /// <summary>Whose token this is; null if nobody's, or nobody's any more.</summary>
    public RegisteredAgent? OfToken(string token) =>
        _byHash.GetValueOrDefault(Token.Hash(token)) is { Record.RevokedAt: null } agent ? agent : null;

    /// <summary>Whose token this was before it was taken away; null if it never was one, or has been replaced.</summary>
    public RegisteredAgent? OfRevokedToken(string token) =>
        _byHash.GetValueOrDefault(Token.Hash(token)) is { Record.RevokedAt: not null } agent ? agent : null;

    public LastReport? ReportOf(AgentId agent) => _reports.GetValueOrDefault(agent.Value);

    /// <summary>Since when it has taken no more tasks, because it has enough or because it cannot; null: it would take one, or has said nothing here.</summary>
    public DateTimeOffset? FullSince(AgentId agent) => _fullSince.TryGetValue(agent.Value, out var since) ? since : null;

    /// <summary>Reads what is stored: at the start, and again and again where others may write too.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await foreach (var stored in ReadAsync(Kind, cancellation))
            Keep(JsonSerializer.Deserialize<AgentRecord>(stored.Json, ApiJson.Options)!, stored.Revision);
        await foreach (var stored in ReadAsync(Reports, cancellation))
        {
            var report = JsonSerializer.Deserialize<LastReport>(stored.Json, ApiJson.Options)!;
            _reports.AddOrUpdate(stored.Key, report, (_, known) => known.At > report.At ? known : report);
        }
    }

    /// <summary>A token that looks like an agent's and is not known may have been given out by another coordinator a moment ago: that is looked up, if not too often.</summary>
    public async Task LookForAsync(string token, CancellationToken cancellation)
    {
        if (!token.StartsWith(Token.AgentPrefix, StringComparison.Ordinal) || _byHash.ContainsKey(Token.Hash(token)))
            return;
        lock (_lock)
        {
            if (time.GetUtcNow() - _lookedAt < LooksForStrangersEvery)
                return;
            _lookedAt = time.GetUtcNow();
        }

        await LoadAsync(cancellation);
    }

    /// <summary>A new agent's token; null if there is one of this name whose token still works.</summary>
    public async Task<string?> AddAsync(AgentId id, IReadOnlyList<Specialty> specialties, CancellationToken cancellation)
    {
        var stored = await records.GetAsync(Kind, id.Value, cancellation);
        if (stored is not null && JsonSerializer.Deserialize<AgentRecord>(stored.Json, ApiJson.Options)!.RevokedAt is null)
            return null;
        var token = Token.New(Token.AgentPrefix);
        var record = new AgentRecord { Id = id, TokenHash = Token.Hash(token), Specialties = specialties, AddedAt = time.GetUtcNow() };
        return await PutAsync(record, stored?.Revision ?? 0, cancellation) ? token : null;
    }

    /// <summary>False if there is no such agent with a token.</summary>
    public Task<bool> RevokeAsync(string id, CancellationToken cancellation) =>
        ChangeAsync(id, record => record with { RevokedAt = time.GetUtcNow() }, cancellation);

    /// <inheritdoc cref="RevokeAsync"/>
    public Task<bool> SetMaintenanceAsync(string id, bool isOn, CancellationToken cancellation) =>
        ChangeAsync(id, record => record with { Maintenance = isOn }, cancellation);

    /// <summary>Stored when it says something new, and else once a minute: a sign of life is not worth a flush of its own.</summary>
    public async Task ReportAsync(AgentId agent, AgentReport report, CancellationToken cancellation)
    {
        var now = new LastReport(report, time.GetUtcNow());
        _reports[agent.Value] = now;
        if (report.State == AgentState.Ready && report.Attempts.Count < report.Hello.Slots)
            _fullSince.TryRemove(agent.Value, out _);
        else
            _fullSince.TryAdd(agent.Value, now.At);
        if (_stored.TryGetValue(agent.Value, out var last) && now.At - last.At < StoredEvery && Text(last.Report) == Text(report))
            return;
        var before = await records.GetAsync(Reports, agent.Value, cancellation);
        if (await records.PutAsync(Reports, agent.Value, Text(now), before?.Revision ?? 0, cancellation) is not null)
            _stored[agent.Value] = now;
    }

    private async Task<bool> ChangeAsync(string id, Func<AgentRecord, AgentRecord> change, CancellationToken cancellation)
    {
        if (_agents.GetValueOrDefault(id) is null)
            return false;
        while (await records.GetAsync(Kind, id, cancellation) is { } stored)
        {
            var record = JsonSerializer.Deserialize<AgentRecord>(stored.Json, ApiJson.Options)!;
            if (record.RevokedAt is not null)
                return false;
            if (await PutAsync(change(record), stored.Revision, cancellation))
                return true;
        }

        return false;
    }

    private async Task<bool> PutAsync(AgentRecord record, long expected, CancellationToken cancellation)
    {
        if (await records.PutAsync(Kind, record.Id.Value, Text(record), expected, cancellation) is not { } revision)
            return false;
        Keep(record, revision);
        return true;
    }

    /// <summary>Newer ones replace older ones, whoever wrote them; a token that was taken away loses what runs with it.</summary>
    private void Keep(AgentRecord record, long revision)
    {
        lock (_lock)
        {
            var before = _agents.GetValueOrDefault(record.Id.Value);
            if (before is not null && before.Revision >= revision)
                return;
            var isSameToken = before is not null && before.Record.TokenHash == record.TokenHash;
            var now = isSameToken ? before!.With(record, revision) : new RegisteredAgent(record, revision);
            _agents[record.Id.Value] = now;
            _byHash[record.TokenHash] = now;
            if (before is not null && !isSameToken)
                _byHash.TryRemove(before.Record.TokenHash, out _);
            if (before is not null && (!isSameToken || record.RevokedAt is not null))
                before.Revoke();
            if (record.RevokedAt is not null)
                now.Revoke();
        }
    }

    private async IAsyncEnumerable<StoredRecord> ReadAsync(string kind, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? last = null;
        while (true)
        {
            var page = await records.ListAsync(kind, string.Empty, last, Page, cancellation);
            foreach (var record in page)
                yield return record;
            if (page.Count < Page)
                yield break;
            last = page[^1].Key;
        }
    }

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Options);
}
