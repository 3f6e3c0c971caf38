using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>The tables as the writer has them: the file, and what it remembers of it. What is remembered is never ahead of the file.</summary>
internal sealed class HubTables(SqliteSession session)
{
    public SqliteSession Session { get; } = session;

    public InstanceTable Instances { get; } = new(session);

    public InboxTable Inbox { get; } = new(session);

    public ActivityTable Activities { get; } = new(session);

    public HistoryTable History { get; } = new(session);

    /// <summary>Leases the instance's next step, with all that is due.</summary>
    public ClaimedStep Claim(KnownInstance instance, Claim claim)
    {
        Instances.Lease(instance, claim);
        return Inbox.ReadDue(instance, claim.Now);
    }

    /// <summary>Removes an instance with all that belongs to it.</summary>
    public void Remove(KnownInstance instance)
    {
        ClearWork(instance);
        History.Clear(instance);
        Instances.Remove(instance);
    }

    /// <summary>Removes what an ended instance has no use for.</summary>
    public void ClearWork(KnownInstance instance)
    {
        Activities.Clear(instance);
        Inbox.Clear(instance);
    }

    /// <summary>Removes what belongs to the current execution alone.</summary>
    public void ClearExecution(KnownInstance instance)
    {
        ClearHistory(instance);
        Activities.Clear(instance);
    }

    /// <summary>Removes the history, with the messages that only this history takes.</summary>
    public void ClearHistory(KnownInstance instance)
    {
        History.Clear(instance);
        Inbox.ClearExecution(instance);
    }

    /// <summary>Before each piece of work: what is remembered stays small.</summary>
    public void Trim()
    {
        Instances.Known.Trim();
        Activities.Trim();
    }

    /// <summary>After a rollback: what was remembered may not have happened.</summary>
    public void Forget()
    {
        Instances.Forget();
        Activities.Forget();
    }
}
