using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>
/// What is about to be posted, written down where it outlives the process. Who finds a post begun cannot know whether it happened, and
/// gives GitHub's lists the time to hear of it before it posts again.
/// </summary>
public interface IPostLog
{
    /// <param name="key">Of what must be there once. Printable ASCII, up to 200 characters.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>It was begun before, by this process or by one that is gone.</returns>
    Task<bool> BeginAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Knows what this process began, and nothing of one before it.</summary>
internal sealed class PostsOfThisProcess : IPostLog
{
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<string, bool> _begun = new(StringComparer.Ordinal);

    public Task<bool> BeginAsync(string key, CancellationToken cancellationToken)
    {
        if (_begun.Count >= MostKept)
            _begun.Clear();
        return Task.FromResult(!_begun.TryAdd(key, true));
    }
}
