using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Which file, and who is told of its commits.</summary>
public sealed record SqliteStoreOptions(string Path)
{
    /// <summary>Called on the thread that writes, before and after each commit that changes something: the place where a test ends the process.</summary>
    public Action<CommitPoint>? OnCommit { get; init; }

    /// <value>Default: nothing is logged.</value>
    public ILoggerFactory? Logs { get; init; }

    /// <summary>The file grows no further than this many pages of 4 KiB; beyond, the disk counts as full.</summary>
    /// <value>Default: no limit but the disk's.</value>
    public int? MaximumPages { get; init; }
}

/// <summary>A moment right before or right after a commit.</summary>
/// <param name="Number">The commit, counted from 1 since the store was opened.</param>
/// <param name="IsBefore">True before: a death now loses it whole. False after: it is there for ever.</param>
public readonly record struct CommitPoint(long Number, bool IsBefore);
