namespace ClaudeCluster.Bench.Machine;

/// <summary>A folder of this run, on the disk that is measured. It goes when the run ends, however it ends short of a kill.</summary>
internal sealed class WorkFolder(string parent) : IDisposable
{
    private int _made;

    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(parent, $"claude-cluster-bench-{Guid.NewGuid():N}")).FullName;

    public string NewFile(string name) => System.IO.Path.Combine(Path, $"{++_made}-{name}");

    public string NewFolder(string name) => Directory.CreateDirectory(NewFile(name)).FullName;

    /// <summary>Bytes of a hub: the file itself and what SQLite keeps beside it.</summary>
    public static long SizeOf(string file) =>
        new[] { file, file + "-wal", file + "-shm" }.Select(part => new FileInfo(part)).Sum(part => part.Exists ? part.Length : 0);

    /// <summary>Hub files are a row's own; a run of all rows would fill the disk otherwise.</summary>
    public static void Remove(string file)
    {
        foreach (var part in new[] { file, file + "-wal", file + "-shm", file + ".lock" })
            File.Delete(part);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
