namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>Keys of what belongs to an instance: its own key above, a number in order of arrival below. See 0001_hub.sql.</summary>
internal static class RowKeys
{
    private const int Bits = 24;

    public static long First(long instanceKey) => instanceKey << Bits;

    public static long Last(long instanceKey) => First(instanceKey + 1) - 1;

    /// <summary>Nothing belongs yet to an instance that has just been added.</summary>
    public static KnownKeys OfNew(long instanceKey)
    {
        var none = First(instanceKey) - 1;
        return new KnownKeys { History = none, Inbox = none, Activities = none };
    }

    /// <summary>The next key of an instance's rows in this table, after the last one given.</summary>
    public static long Next(SqliteSession session, string table, long instanceKey, ref long last)
    {
        if (last == 0 || last == Last(instanceKey))
            last = LastStored(session, table, instanceKey);
        if (last == Last(instanceKey))
            throw new InvalidOperationException($"One instance has more rows in '{table}' than its keys can count.");
        return ++last;
    }

    private static long LastStored(SqliteSession session, string table, long instanceKey) =>
        session.Scalar<long?>($"SELECT key FROM {table} WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1", First(instanceKey), Last(instanceKey))
        ?? First(instanceKey) - 1;
}
