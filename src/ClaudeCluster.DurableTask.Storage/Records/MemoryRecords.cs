namespace ClaudeCluster.DurableTask.Storage.Records;

/// <summary>Records that end with the process.</summary>
public sealed class MemoryRecords : IRecordStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SortedDictionary<string, StoredRecord>> _kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LogEntry>> _logs = new(StringComparer.Ordinal);
    private long _revision;

    public Task<StoredRecord?> GetAsync(string kind, string key, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        lock (_lock)
            return Task.FromResult(Of(kind).GetValueOrDefault(key));
    }

    public Task<long?> PutAsync(string kind, string key, string json, long expected, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        lock (_lock)
        {
            if ((Of(kind).GetValueOrDefault(key)?.Revision ?? 0) != expected)
                return Task.FromResult<long?>(null);
            Of(kind)[key] = new StoredRecord(key, json, ++_revision);
            return Task.FromResult<long?>(_revision);
        }
    }

    public Task<bool> DeleteAsync(string kind, string key, long expected, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        lock (_lock)
            return Task.FromResult(Of(kind).GetValueOrDefault(key)?.Revision == expected && Of(kind).Remove(key));
    }

    public Task<IReadOnlyList<StoredRecord>> ListAsync(string kind, string prefix, string? after, int most, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(kind);
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<StoredRecord>>(
            [
                .. Of(kind).Values
                    .Where(record => record.Key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(record.Key, after) > 0))
                    .Take(most),
            ]);
        }
    }

    public Task<long> AppendAsync(string log, string json, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(log);
        lock (_lock)
        {
            if (!_logs.TryGetValue(log, out var entries))
                _logs[log] = entries = [];
            entries.Add(new LogEntry(entries.Count + 1, json));
            return Task.FromResult((long)entries.Count);
        }
    }

    public Task<IReadOnlyList<LogEntry>> ReadLogAsync(string log, long after, int most, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(log);
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<LogEntry>>(
                [.. (_logs.GetValueOrDefault(log) ?? []).SkipWhile(entry => entry.Number <= after).Take(most)]);
        }
    }

    private SortedDictionary<string, StoredRecord> Of(string kind)
    {
        if (!_kinds.TryGetValue(kind, out var records))
            _kinds[kind] = records = new(StringComparer.Ordinal);
        return records;
    }
}
