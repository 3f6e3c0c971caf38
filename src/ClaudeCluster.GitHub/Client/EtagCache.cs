using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>What GitHub said last to a question, with its mark: asked again with it, "not changed" (304) costs nothing of the hourly requests.</summary>
internal sealed class EtagCache
{
    private const long MostBytes = 64 * 1024 * 1024;
    private const int LargestBody = 256 * 1024;

    private readonly ConcurrentDictionary<(string Account, string Url), Kept> _answers = [];
    private long _bytes;

    public Kept? Find(string account, GitHubRequest request) =>
        request.Method == HttpMethod.Get && _answers.TryGetValue((account, request.Url.AbsoluteUri), out var kept) ? kept : null;

    public void Keep(string account, GitHubRequest request, string? etag, GitHubAnswer answer)
    {
        if (request.Method != HttpMethod.Get || etag is null || answer.Body.Length > LargestBody)
            return;

        // What is lost is only asked again: a simple bound is enough. Answers that replace others count anew, so it is passed the earlier.
        if (Interlocked.Add(ref _bytes, answer.Body.Length) > MostBytes)
        {
            _answers.Clear();
            Interlocked.Exchange(ref _bytes, answer.Body.Length);
        }

        _answers[(account, request.Url.AbsoluteUri)] = new(etag, answer);
    }

    public sealed record Kept(string Etag, GitHubAnswer Answer);
}
