namespace ClaudeCluster.Agent;

/// <summary>The CLI's sandbox leaves empty folders <c>.claude/…</c> in the work tree. They go, if they were not there before and hold nothing.</summary>
internal sealed class SandboxLeftovers(string workTree)
{
    private readonly DirectoryInfo _folder = new(Path.Combine(workTree, ".claude"));
    private readonly bool _wasThere = Path.Exists(Path.Combine(workTree, ".claude"));

    public void Remove()
    {
        _folder.Refresh();
        if (!_wasThere && _folder.Exists && IsEmptyTree(_folder))
            _folder.Delete(recursive: true);
    }

    private static bool IsEmptyTree(FileSystemInfo entry) =>
        entry is DirectoryInfo { LinkTarget: null } folder && folder.EnumerateFileSystemInfos().All(IsEmptyTree);
}
