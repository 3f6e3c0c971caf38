using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.DurableTask.Tests.Kit;

/// <summary>On what a suite runs.</summary>
public enum StoreKind
{
    Memory,
    Sqlite,
}

/// <summary>New stores of one kind, in a folder of their own.</summary>
internal sealed class TestStores(StoreKind kind) : IDisposable
{
    private readonly TestFolder _folder = new();
    private ITaskHubStore? _last;
    private int _files;

    public ITaskHubStore New() => _last = kind == StoreKind.Memory ? new MemoryHubStore() : new SqliteHubStore(_folder.File($"hub-{++_files}.db"));

    public ITaskHubStore Reopened() => kind == StoreKind.Memory ? _last! : _last = new SqliteHubStore(_folder.File($"hub-{_files}.db"));

    public void Dispose() => _folder.Dispose();
}

/// <summary>A folder that goes with its test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("claude-cluster-engine-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
