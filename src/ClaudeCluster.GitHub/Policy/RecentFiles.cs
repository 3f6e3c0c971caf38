namespace ClaudeCluster.GitHub;

/// <summary>A file that was read a moment ago is not read again: each event of a repository asks for its policy, and they come in bursts.</summary>
internal sealed class RecentFiles(IRepositoryFiles files, TimeSpan freshFor, TimeProvider clock) : IRepositoryFiles
{
    private const int MostKept = 1_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<(long Repository, string Path), (DateTimeOffset At, Task<RepositoryFile?> File)> _recent = [];

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (!_recent.TryGetValue((repository.Id, path), out var recent) || now - recent.At >= freshFor || recent.File is not { IsFaulted: false, IsCanceled: false })
            {
                if (_recent.Count >= MostKept)
                    _recent.Clear();
                // Others may wait for it too, so nobody's patience ends it.
                _recent[(repository.Id, path)] = recent = (now, files.ReadAsync(repository, path, CancellationToken.None));
            }

            return recent.File.WaitAsync(cancellationToken);
        }
    }

    public void Forget(RepositoryRef repository)
    {
        lock (_lock)
        {
            foreach (var known in _recent.Keys.Where(known => known.Repository == repository.Id).ToList())
                _recent.Remove(known);
        }
    }
}
