namespace ClaudeCluster.DurableTask.Storage.Records;

/// <summary>
/// What whoever serves a hub must remember beside it, in the hub's own database: named kinds of records, and logs that only grow. Each
/// call is one transaction, and what it answered is there for ever.
/// </summary>
public interface IRecordStore
{
    Task<StoredRecord?> GetAsync(string kind, string key, CancellationToken cancellation = default);

    /// <summary>Writes the record if it is still as it was read; the new revision, or null if somebody was faster.</summary>
    /// <param name="kind">Printable ASCII, up to 100 characters.</param>
    /// <param name="key">Printable ASCII, up to 200 characters.</param>
    /// <param name="json">What to keep.</param>
    /// <param name="expected">The revision that was read; 0 if there must be no such record yet.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    Task<long?> PutAsync(string kind, string key, string json, long expected, CancellationToken cancellation = default);

    /// <summary>Removes the record if it is still as it was read; false if somebody was faster.</summary>
    Task<bool> DeleteAsync(string kind, string key, long expected, CancellationToken cancellation = default);

    /// <summary>Records whose key begins so, in the order of their keys, from after a key on.</summary>
    /// <param name="kind">Whose.</param>
    /// <param name="prefix">How keys begin; empty for all.</param>
    /// <param name="after">The last key of the page before; null for the first page.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    Task<IReadOnlyList<StoredRecord>> ListAsync(string kind, string prefix, string? after, int most, CancellationToken cancellation = default);

    /// <summary>Adds to a log; the entry's number. Numbers of one log rise, and whoever has read up to one misses none that comes later.</summary>
    Task<long> AppendAsync(string log, string json, CancellationToken cancellation = default);

    /// <summary>Entries after a number, oldest first.</summary>
    Task<IReadOnlyList<LogEntry>> ReadLogAsync(string log, long after, int most, CancellationToken cancellation = default);
}

/// <summary>A record as it was read.</summary>
/// <param name="Key">Its name among those of its kind.</param>
/// <param name="Json">What was kept.</param>
/// <param name="Revision">Another one after each write, and never the same again.</param>
public sealed record StoredRecord(string Key, string Json, long Revision);

/// <summary>An entry of a log.</summary>
public sealed record LogEntry(long Number, string Json);
