namespace ClaudeCluster.GitHub;

/// <summary>GitHub as the flow sees it: roles, files, the issue's page, pull requests and what comes back on them, runners. One for a process, for all repositories and flows.</summary>
public sealed class GitHubService : IGitHub, IFeedback, IPushCredentials, IRunners, IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly IGitHubCredentials _credentials;
    private readonly IGitHubCredentials _forDispatching;
    private readonly IGitHubCredentials _forLooking;
    private readonly IGitHubCredentials _forChecking;
    private readonly IGitHubCredentials _forCheckingWithoutLogs;
    private readonly GitHubRoles _roles;
    private readonly RecentFiles _files;
    private readonly GitHubIssuePage _issuePage;
    private readonly GitHubPullRequests _pullRequests;
    private readonly GitHubFeedback _feedback;
    private readonly LabelSync _labels;
    private readonly WorkflowRuns _runs;
    private readonly AppInstallations? _installations;
    private readonly AccessLook _access;

    /// <param name="options">How GitHub is reached.</param>
    /// <param name="login">As whom.</param>
    /// <param name="clock">For tokens, limits and short waits.</param>
    /// <param name="budget">Shared by all that talk to GitHub as the same account; null: one of its own.</param>
    /// <param name="posts">What is posted once even if a process dies in between; null: what this process posts.</param>
    public GitHubService(GitHubOptions options, GitHubLogin login, TimeProvider clock, ApiBudget? budget = null, IPostLog? posts = null)
    {
        posts ??= new PostsOfThisProcess();
        (Budget, Warning) = (budget ?? new ApiBudget(clock), login.Warning);
        _http = new HttpClient(Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        var http = new GitHubHttp(_http, options, Budget, clock);
        _credentials = login.Open(http, clock, AppPermissions.Flows);
        (_forDispatching, _forLooking) = (login.Open(http, clock, AppPermissions.Dispatching), login.Open(http, clock, AppPermissions.Looking));
        (_forChecking, _forCheckingWithoutLogs) = (login.Open(http, clock, AppPermissions.Checking), login.Open(http, clock, AppPermissions.CheckingWithoutLogs));
        var client = new GitHubClient(http, _credentials);
        var (graphQl, nodes) = (new GraphQl(client), new RepositoryNodes());
        _roles = new(client);
        _files = new(new GitHubFiles(graphQl, nodes), options.FilesAreFreshFor, clock);
        _issuePage = new(new IssueLook(graphQl, nodes), new IssueWrite(graphQl), new IssueLabels(client), posts, options, clock);
        _pullRequests = new(client, new Branches(graphQl, nodes), options, clock);
        var (checking, withoutLogs) = (new GitHubClient(http, _forChecking), new GitHubClient(http, _forCheckingWithoutLogs));
        var failedChecks = new FailedChecks(new CheckRollup(new(checking)), new CheckRollup(new(withoutLogs)), new JobLogs(checking));
        _feedback = new(client, new PullRequestLooks(graphQl), failedChecks, new ReviewThreads(graphQl), posts, options, clock);
        _labels = new(client);
        _installations = login.OpenInstallations(http, clock);
        _access = new AccessLook(http, login is GitHubLogin.App app ? new AppJwt(app.Id, app.PrivateKey, clock) : null, client);
        LostEvents = new LostEvents(_installations, client, graphQl, failedChecks, new PullRequestMarks(client, withoutLogs), clock);
        _runs = new(new GitHubClient(http, _forDispatching), new GitHubClient(http, _forLooking), options, clock);
    }

    public ApiBudget Budget { get; }

    /// <summary>What a person should know about the login that was chosen; null: nothing.</summary>
    public string? Warning { get; }

    /// <summary>What events should have told.</summary>
    public ILostEvents LostEvents { get; }

    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken) =>
        _roles.ReadRoleAsync(repository, login, cancellationToken);

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken) =>
        _files.ReadAsync(repository, path, cancellationToken);

    public void Forget(RepositoryRef repository) => _files.Forget(repository);

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken) =>
        _issuePage.PutCommentAsync(issue, marker, known, markdown, cancellationToken);

    public Task<CommentId> PutAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, LabelChange change, CancellationToken cancellationToken) =>
        _issuePage.PutAsync(issue, marker, known, markdown, change, cancellationToken);

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken) => _issuePage.PutLabelsAsync(issue, change, cancellationToken);

    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken) =>
        _pullRequests.PromoteAsync(repository, promotion, cancellationToken);

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken) =>
        _pullRequests.OpenAsync(repository, text, cancellationToken);

    public Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken) =>
        _pullRequests.DeleteBranchesAsync(repository, branches, cancellationToken);

    public Task<PullRequestLook?> LookAsync(RepositoryRef repository, int number, CancellationToken cancellationToken) =>
        _feedback.LookAsync(repository, number, cancellationToken);

    public Task<IReadOnlyList<FailedCheck>> ReadFailedChecksAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken) =>
        _feedback.ReadFailedChecksAsync(repository, commit, cancellationToken);

    public Task<Review> ReadReviewAsync(RepositoryRef repository, int number, long review, CancellationToken cancellationToken) =>
        _feedback.ReadReviewAsync(repository, number, review, cancellationToken);

    public Task ReplyAsync(RepositoryRef repository, int number, CommentId thread, CommentMarker marker, string markdown, CancellationToken cancellationToken) =>
        _feedback.ReplyAsync(repository, number, thread, marker, markdown, cancellationToken);

    public Task UpdateAsync(RepositoryRef repository, int number, string body, CancellationToken cancellationToken) =>
        _feedback.UpdateAsync(repository, number, body, cancellationToken);

    public Task ReactAsync(RepositoryRef repository, RemarkRef comment, Reaction reaction, CancellationToken cancellationToken) =>
        _feedback.ReactAsync(repository, comment, reaction, cancellationToken);

    public async Task<PushCredential?> MintAsync(RepositoryRef repository, CancellationToken cancellationToken) =>
        await _credentials.MintForPushAsync(repository.FullName, cancellationToken) is { } token ? new PushCredential("x-access-token", token.Value, token.ExpiresAt) : null;

    public Task<RunnerLook> LookAsync(RepositoryRef repository, Specialty specialty, CancellationToken cancellationToken) =>
        _runs.LookAsync(repository, specialty, cancellationToken);

    public Task<Dispatch> DispatchAsync(RepositoryRef repository, Specialty specialty, string attemptId, CancellationToken cancellationToken) =>
        _runs.DispatchAsync(repository, specialty, attemptId, cancellationToken);

    public Task<AgentRun?> FindRunAsync(RepositoryRef repository, string attemptId, DateTimeOffset since, CancellationToken cancellationToken) =>
        _runs.FindRunAsync(repository, attemptId, since, cancellationToken);

    public Task<AgentRun?> ReadRunAsync(RepositoryRef repository, long run, CancellationToken cancellationToken) => _runs.ReadRunAsync(repository, run, cancellationToken);

    /// <summary>What the login may do in these repositories; of an App without any named, wherever it is installed. Only reads.</summary>
    /// <exception cref="GitHubException">GitHub could not be asked, or does not know the login.</exception>
    public Task<GitHubAccess> ReadAccessAsync(IReadOnlyList<string> repositories, CancellationToken cancellationToken) => _access.ReadAsync(repositories, cancellationToken);

    /// <summary>Creates the labels that are missing, and changes those that look otherwise.</summary>
    /// <exception cref="GitHubException">It could not be done, or not to the end; again goes on from there.</exception>
    public Task<LabelSyncResult> SyncLabelsAsync(RepositoryRef repository, IReadOnlyList<LabelDefinition> labels, CancellationToken cancellationToken) =>
        SyncLabelsAsync(repository, labels, isDryRun: false, cancellationToken);

    /// <inheritdoc cref="SyncLabelsAsync(RepositoryRef, IReadOnlyList{LabelDefinition}, CancellationToken)"/>
    /// <param name="isDryRun">Only says what would be done.</param>
    public Task<LabelSyncResult> SyncLabelsAsync(RepositoryRef repository, IReadOnlyList<LabelDefinition> labels, bool isDryRun, CancellationToken cancellationToken) =>
        _labels.SyncAsync(repository, labels, isDryRun, cancellationToken);

    /// <summary>Revokes the tokens that were made for it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var credentials in (IGitHubCredentials[])[_credentials, _forDispatching, _forLooking, _forChecking, _forCheckingWithoutLogs])
            await credentials.DisposeAsync();
        if (_installations is not null)
            await _installations.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>Redirects are followed by hand, for a token must not go to another host; and an address is looked up anew now and then.</summary>
    private static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
