using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.DurableTask.Tests.Kit;

/// <summary>On what a suite runs.</summary>
public enum StoreKind
{
    Memory,
    Sqlite,
    Postgres,

    /// <summary>In memory, behind the protocol: workers and clients reach the hub over the network.</summary>
    Wire,
}

/// <summary>New stores of one kind, in a folder, or in hubs, of their own.</summary>
internal sealed class TestStores(StoreKind kind) : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<string> _hubs = [];
    private ITaskHubStore? _last;
    private int _files;

    public ITaskHubStore New()
    {
        _files++;
        if (kind == StoreKind.Postgres)
            _hubs.Add(SharedServer.TakeHub());
        return _last = kind is StoreKind.Memory or StoreKind.Wire ? new MemoryHubStore() : Open();
    }

    public ITaskHubStore Reopened() => kind is StoreKind.Memory or StoreKind.Wire ? _last! : _last = Open();

    public void Dispose()
    {
        _hubs.ForEach(SharedServer.GiveBack);
        _folder.Dispose();
    }

    private ITaskHubStore Open() => kind == StoreKind.Sqlite
        ? new SqliteHubStore(_folder.File($"hub-{_files}.db"))
        : new PostgresHubStore(SharedServer.Get().Options(_hubs[^1]), TimeProvider.System);
}

/// <summary>A folder that goes with its test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("claude-cluster-engine-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
