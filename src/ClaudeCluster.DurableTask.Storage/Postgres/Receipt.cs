namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// Tells afterwards whether a transaction was committed. Each transaction first writes its number into a row that no other uses at the
/// time. Whoever asks locks that row: he waits until the transaction has ended, even one that the server still works on or whose last
/// request is still on its way, and then finds its number or an older one. (A transaction's own id will not do: after a crash the server
/// gives out again the ids of those that it lost.)
/// </summary>
internal sealed class Receipt(string holder)
{
    private long _number;

    /// <summary>For the next transaction, or the next attempt at one.</summary>
    public void Next() => _number++;

    public Statement Write() => new(
        "INSERT INTO receipts (holder, number, written_at) VALUES ($1, $2, now()) "
        + "ON CONFLICT (holder) DO UPDATE SET number = excluded.number, written_at = excluded.written_at",
        holder,
        _number);

    /// <summary>The insertion meets also a first receipt, of which no row is to be seen before its transaction has ended.</summary>
    public Query<bool> IsWritten() => new(
        "INSERT INTO receipts AS r (holder, number, written_at) VALUES ($1, 0, now()) ON CONFLICT (holder) DO UPDATE SET written_at = now() RETURNING r.number = $2",
        row => row.GetBoolean(0),
        holder,
        _number);
}
