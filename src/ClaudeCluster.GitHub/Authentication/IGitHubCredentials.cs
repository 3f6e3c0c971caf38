namespace ClaudeCluster.GitHub;

/// <summary>Has a token for each repository.</summary>
internal interface IGitHubCredentials : IAsyncDisposable
{
    /// <exception cref="GitHubException">There is none to be had.</exception>
    Task<GitHubToken> GetAsync(string repository, CancellationToken cancellationToken);

    /// <summary>A token that may push to this repository and do nothing else, for somebody else to use once.</summary>
    /// <returns>Null: this login can make no such token.</returns>
    /// <exception cref="GitHubException">There is none to be had.</exception>
    Task<GitHubToken?> MintForPushAsync(string repository, CancellationToken cancellationToken);

    /// <summary>GitHub does not take this token any more.</summary>
    /// <returns>Another one can be had.</returns>
    bool Forget(GitHubToken token);
}

/// <summary>The one token that was given: a person's, or a job's.</summary>
internal sealed class GivenToken(string value, string account) : IGitHubCredentials
{
    private readonly GitHubToken _token = new(value, account);

    public Task<GitHubToken> GetAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(_token);

    // It is good for more than this push, and for longer.
    public Task<GitHubToken?> MintForPushAsync(string repository, CancellationToken cancellationToken) => Task.FromResult<GitHubToken?>(null);

    public bool Forget(GitHubToken token) => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
