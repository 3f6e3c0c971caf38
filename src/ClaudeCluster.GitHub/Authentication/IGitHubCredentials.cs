namespace ClaudeCluster.GitHub;

/// <summary>Has a token for each repository.</summary>
internal interface IGitHubCredentials : IAsyncDisposable
{
    /// <exception cref="GitHubException">There is none to be had.</exception>
    Task<GitHubToken> GetAsync(string repository, CancellationToken cancellationToken);

    /// <summary>GitHub does not take this token any more.</summary>
    /// <returns>Another one can be had.</returns>
    bool Forget(GitHubToken token);
}

/// <summary>The one token that was given: a person's, or a job's.</summary>
internal sealed class GivenToken(string value, string account) : IGitHubCredentials
{
    private readonly GitHubToken _token = new(value, account);

    public Task<GitHubToken> GetAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(_token);

    public bool Forget(GitHubToken token) => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
