namespace ClaudeCluster.DurableTask.Storage;

/// <summary>What is wrong with a hub's database.</summary>
public enum HubDatabaseProblem
{
    /// <summary>Nothing answers there, or it stopped answering.</summary>
    NotThere,
    LoginRefused,
    NoSuchDatabase,
    NoPermission,

    /// <summary>The hub was written by a newer version of this program.</summary>
    NewerVersion,

    /// <summary>The server cannot do what a hub needs, or is set up in a way that loses data.</summary>
    Unsuitable,
    DiskFull,

    /// <summary>It is there and cannot do its work: overloaded, out of connections, or holding a lock for too long.</summary>
    Overloaded,
}

/// <summary>A hub's database cannot be used: which, why, and what to do. Nothing was half written. It never names a password.</summary>
public sealed class HubDatabaseException(HubDatabaseProblem problem, string database, string reason, string fix, Exception? inner = null)
    : IOException($"The task hub {database} cannot be used: {reason}. {fix}", inner)
{
    public HubDatabaseProblem Problem { get; } = problem;

    /// <summary>The hub, the database and the host.</summary>
    public string Database { get; } = database;

    public string Reason { get; } = reason;

    public string Fix { get; } = fix;
}
