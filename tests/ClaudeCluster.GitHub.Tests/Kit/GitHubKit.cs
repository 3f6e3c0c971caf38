using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>
/// A fake GitHub with one private repository <c>octo/shop</c>, and our client to it over real HTTP. At its end every request and every answer
/// is held against GitHub's own description.
/// </summary>
internal sealed class GitHubKit : IAsyncDisposable
{
    public const string Robot = "robot";

    private readonly string _folder;
    private readonly PostsOfThisProcess _posts = new();

    private GitHubKit(FakeGitHubServer fake, ManualClock clock, string folder)
    {
        (Fake, Clock, _folder) = (fake, clock, folder);
        Repository = fake.World.AddRepository("octo/shop");
        Repository.Roles[Robot] = "write";
        FirstCommit = Repository.Git.Commit("main", "README.md", "# Shop\n");
        Token = fake.World.AddToken(Robot);
        Service = NewService(new GitHubLogin.PersonalToken(Token.Value));
    }

    public FakeGitHubServer Fake { get; }

    public ManualClock Clock { get; }

    public Repository Repository { get; }

    public string FirstCommit { get; }

    public Token Token { get; }

    public GitHubService Service { get; }

    public RepositoryRef Ref => new(Repository.Id, Repository.FullName, "main", IsPublic: false);

    /// <summary>What was asked of the API, in order.</summary>
    public IReadOnlyList<string?> Operations => [.. Fake.Requests.All.Select(request => request.Operation)];

    public static async Task<GitHubKit> StartAsync()
    {
        var (clock, folder) = (new ManualClock(), Directory.CreateTempSubdirectory("fake-github-").FullName);
        return new GitHubKit(await FakeGitHubServer.StartAsync(folder, clock), clock, folder);
    }

    /// <summary>Waits are as short as can be: what a test waits for is the answer and not the time.</summary>
    public static GitHubOptions OptionsOf(Uri url) => new()
    {
        Address = GitHubAddress.Of(url.AbsoluteUri),
        ShortWait = TimeSpan.FromMilliseconds(1),
        FilesAreFreshFor = TimeSpan.Zero,
        LagWaits = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(1), 3)],
    };

    /// <summary>As in a process that starts after another: it knows nothing but which posts were begun.</summary>
    public GitHubService NewService(GitHubLogin login) => new(OptionsOf(Fake.Url), login, Clock, posts: _posts);

    /// <summary>As the flow asks: again, if GitHub could not be reached.</summary>
    public static async Task<T> PatientlyAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (GitHubException.Unavailable)
        {
            return await ask();
        }
    }

    public async Task<IssueRef> OpenIssueAsync() => new(Ref, (await Fake.People.OpenIssueAsync(Repository, "octo", "It breaks", "When I press it.")).Number);

    public Issue IssueOf(IssueRef issue) => Repository.FindIssue(issue.Number)!;

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Fake.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        Findings.None(await GitHubSchemas.CheckAsync(Fake.Requests.All));
    }
}

internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}
