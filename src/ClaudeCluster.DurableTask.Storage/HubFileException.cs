namespace ClaudeCluster.DurableTask.Storage;

/// <summary>What is wrong with a hub file.</summary>
public enum HubFileProblem
{
    InUse,
    NewerVersion,
    NotAHub,
    Missing,
    NoAccess,
    DiskFull,
    Damaged,

    /// <summary>A file that was to be new exists.</summary>
    Exists,
}

/// <summary>A hub file cannot be used: which, why, and what to do. Nothing was half written.</summary>
public sealed class HubFileException(HubFileProblem problem, string path, string reason, string fix, Exception? inner = null)
    : IOException($"The task hub '{path}' cannot be used: {reason}. {fix}", inner)
{
    public HubFileProblem Problem { get; } = problem;

    public string Path { get; } = path;

    public string Reason { get; } = reason;

    public string Fix { get; } = fix;
}
