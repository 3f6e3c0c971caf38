using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.Git;

namespace ClaudeCluster.FakeGitHub.State;

/// <summary>All that this GitHub knows. Whoever reads or changes it holds <see cref="Gate"/>.</summary>
public sealed class World
{
    private readonly string _folder;
    private long _lastId = 1000;

    public World(string folder, TimeProvider clock)
    {
        (_folder, Clock) = (folder, clock);
        Actions = new ActionsBoard(this);
    }

    public Lock Gate { get; } = new();

    public TimeProvider Clock { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Where it can be reached; set when it listens.</summary>
    public Uri Url { get; set; } = new("http://127.0.0.1");

    /// <summary>Where logs lie: another host, as to whoever compares addresses.</summary>
    public Uri LogsUrl { get; set; } = new("http://127.0.0.1");

    public List<User> Users { get; } = [];

    public List<Repository> Repositories { get; } = [];

    public List<Token> Tokens { get; } = [];

    public List<App> Apps { get; } = [];

    public ActionsBoard Actions { get; }

    /// <summary>By full name: whole repositories that are asked for elsewhere now.</summary>
    public Dictionary<string, Uri> MovedTo { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By calls of the API or in Actions, and not told to webhook and workflows yet.</summary>
    internal Queue<(string Event, JsonObject Payload)> Happened { get; } = new();

    /// <summary>A new branch stays unknown to this many openings of a pull request.</summary>
    public int BranchLag { get; set; }

    /// <summary>A new commit stays unknown to this many moves of a branch.</summary>
    public int CommitLag { get; set; }

    /// <summary>What is new is missing in this many lists.</summary>
    public int ListLag { get; set; }

    public long NewId() => Interlocked.Increment(ref _lastId);

    public User User(string login, string type = "User")
    {
        if (Users.FirstOrDefault(user => string.Equals(user.Login, login, StringComparison.OrdinalIgnoreCase)) is { } known)
            return known;
        var user = new User(NewId(), login, type);
        Users.Add(user);
        return user;
    }

    public Repository AddRepository(string fullName, bool isPrivate = true, string defaultBranch = "main")
    {
        var parts = fullName.Split('/');
        var bare = BareRepository.Create(Path.Combine(_folder, parts[0], parts[1] + ".git"), defaultBranch);
        var repository = new Repository(NewId(), User(parts[0]), parts[1], isPrivate, defaultBranch, bare, Now);
        Repositories.Add(repository);
        return repository;
    }

    public Repository? Find(string owner, string name) =>
        Repositories.FirstOrDefault(repository => string.Equals(repository.FullName, $"{owner}/{name}", StringComparison.OrdinalIgnoreCase));

    /// <summary>By its name, or by one that it had.</summary>
    public Repository? FindMoved(string owner, string name) =>
        Find(owner, name) ?? Repositories.Find(repository => repository.FormerNames.Contains($"{owner}/{name}", StringComparer.OrdinalIgnoreCase));

    /// <summary>A person's token, good for everything that this person may do.</summary>
    public Token AddToken(string login, string? value = null, IReadOnlyDictionary<string, string>? permissions = null, IReadOnlyCollection<string>? repositories = null)
    {
        var token = new Token(value ?? NewSecret("github_pat_"), TokenKind.User, User(login)) { Permissions = permissions, Repositories = repositories, Limit = 5000 };
        Tokens.Add(token);
        return token;
    }

    /// <summary>What a job of Actions gets.</summary>
    public Token AddJobToken(Repository repository, IReadOnlyDictionary<string, string> permissions)
    {
        var token = new Token(NewSecret("ghs_"), TokenKind.Job, User("github-actions[bot]", "Bot")) { Permissions = permissions, Repositories = [repository.FullName], Limit = 1000 };
        Tokens.Add(token);
        return token;
    }

    /// <param name="permissions">What its owner granted.</param>
    public App AddApp(string slug, RSA publicKey, IReadOnlyDictionary<string, string> permissions, params Repository[] installedIn)
    {
        var app = new App(NewId(), slug, publicKey, User($"{slug}[bot]", "Bot"), permissions);
        app.Installations.AddRange(installedIn.GroupBy(repository => repository.Owner).Select(group => new Installation(NewId(), app, group.Key, [.. group])));
        Apps.Add(app);
        return app;
    }

    /// <summary>Longer than any buffer somebody may have thought of: GitHub's are, since April 2026.</summary>
    public static string NewSecret(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(160));
}
