namespace ClaudeCluster.Agent;

/// <summary>All that the rules look at of a change from base to commit.</summary>
internal sealed record Change(IReadOnlyList<ChangedFile> Files);

/// <summary>One file of a change; a renamed file is one that went and one that came.</summary>
internal sealed record ChangedFile(string Path)
{
    /// <summary>Lines; null for a binary file.</summary>
    public int? Added { get; init; }

    public int? Removed { get; init; }

    public bool IsNew { get; init; }

    public bool IsDeleted { get; init; }

    /// <summary>Of the file as it is now; 0 if there is none.</summary>
    public long Bytes { get; init; }

    public bool IsLink { get; init; }

    /// <summary>Where a symbolic link points to; of the first links only.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Another repository's commit, as submodules have it.</summary>
    public bool IsSubmodule { get; init; }

    /// <summary>A test file that changed too much for its lines to be read.</summary>
    public bool IsUnread { get; init; }

    /// <summary>Of test files only.</summary>
    public IReadOnlyList<string> AddedLines { get; init; } = [];

    /// <inheritdoc cref="AddedLines"/>
    public IReadOnlyList<string> RemovedLines { get; init; } = [];
}
