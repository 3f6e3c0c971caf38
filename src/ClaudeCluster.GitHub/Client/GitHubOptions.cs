namespace ClaudeCluster.GitHub;

/// <summary>How GitHub is reached. Good without configuration.</summary>
public sealed record GitHubOptions
{
    /// <value>github.com.</value>
    public GitHubAddress Address { get; init; } = GitHubAddress.Default;

    /// <summary>How long one answer may take. GitHub itself ends what takes it more than 10 s.</summary>
    /// <value>30 s.</value>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the second try of what is safe to repeat; the third waits about twice as long.</summary>
    /// <value>0.5 s.</value>
    public TimeSpan ShortWait { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>For how long a file of a repository, such as its policy, is not read again. A push to the default branch ends it earlier.</summary>
    /// <value>30 s.</value>
    public TimeSpan FilesAreFreshFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long GitHub's own copies are given to hear of what was just written (a pushed branch, a new comment), wait by wait.</summary>
    /// <value>1, 2 and 4 s. What takes longer is left to the caller, who can wait without holding a process.</value>
    public IReadOnlyList<TimeSpan> LagWaits { get; init; } = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)];
}
