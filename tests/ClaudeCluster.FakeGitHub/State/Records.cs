using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub.Git;

namespace ClaudeCluster.FakeGitHub.State;

public sealed record User(long Id, string Login, string Type);

public sealed class Repository(long id, User owner, string name, bool isPrivate, string defaultBranch, BareRepository git, DateTimeOffset createdAt)
{
    private int _lastNumber;

    public long Id { get; } = id;

    public User Owner { get; private set; } = owner;

    /// <summary>It can be renamed: the old name then answers 301.</summary>
    public string Name { get; set; } = name;

    public bool IsPrivate { get; } = isPrivate;

    /// <summary>It can be renamed, see <see cref="RenameDefaultBranch"/>.</summary>
    public string DefaultBranch { get; private set; } = defaultBranch;

    /// <summary>Nothing can be written there any more.</summary>
    public bool IsArchived { get; set; }

    public BareRepository Git { get; } = git;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public string FullName => $"{Owner.Login}/{Name}";

    public List<string> FormerNames { get; } = [];

    /// <summary>By login: none, read, triage, write, maintain, admin, or a custom role's name.</summary>
    public Dictionary<string, string> Roles { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A custom role and the one it is built on.</summary>
    public Dictionary<string, string> CustomRoles { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<Label> Labels { get; } = [];

    public List<Issue> Issues { get; } = [];

    public List<PullRequest> PullRequests { get; } = [];

    public List<CheckRun> CheckRuns { get; } = [];

    public List<CommitStatus> Statuses { get; } = [];

    /// <summary>Nobody moves these.</summary>
    public HashSet<string> ProtectedBranches { get; } = new(StringComparer.Ordinal);

    /// <summary>How often each head was asked for and not seen.</summary>
    public Dictionary<string, int> UnseenHeads { get; } = new(StringComparer.Ordinal);

    /// <summary>As GitHub does it: the branch has its new name, and open pull requests ask for it.</summary>
    public void RenameDefaultBranch(string name)
    {
        Git.Rename(DefaultBranch, name);
        foreach (var pull in PullRequests.Where(pull => pull.State == "open" && pull.Base == DefaultBranch))
            pull.Base = name;
        DefaultBranch = name;
    }

    /// <summary>To another name, or another owner: the old name says where it is.</summary>
    public void Move(User owner, string name)
    {
        FormerNames.Add(FullName);
        (Owner, Name) = (owner, name);
    }

    public int NewNumber() => ++_lastNumber;

    public Issue? FindIssue(int number) => Issues.Find(issue => issue.Number == number);
}

public sealed class Label(long id, string name)
{
    public long Id { get; } = id;

    public string Name { get; } = name;

    public string Color { get; set; } = "ededed";

    public string? Description { get; set; }
}

public sealed class Issue(long id, int number, User author, string title, string? body, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public int Number { get; } = number;

    public User Author { get; } = author;

    public string Title { get; set; } = title;

    public string? Body { get; set; } = body;

    public string State { get; set; } = "open";

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    /// <summary>Gone: the API says 410.</summary>
    public bool IsDeleted { get; set; }

    public bool IsLocked { get; set; }

    public List<Label> Labels { get; } = [];

    public List<Comment> Comments { get; } = [];

    /// <summary>Each setting of a label, oldest first.</summary>
    public List<(string Label, User By, DateTimeOffset At)> Labelled { get; } = [];

    /// <summary>Each time a person took one away, oldest first.</summary>
    public List<(string Label, User By, DateTimeOffset At)> Unlabelled { get; } = [];

    /// <summary>Each time it was closed, oldest first.</summary>
    public List<(User By, DateTimeOffset At)> Closings { get; } = [];

    /// <summary>Each change of the title, oldest first.</summary>
    public List<(User By, DateTimeOffset At)> Renamed { get; } = [];

    /// <summary>The last change of the text; null: none.</summary>
    public (User By, DateTimeOffset At)? Edited { get; set; }
}

public sealed class Comment(long id, User author, string body, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public User Author { get; } = author;

    public string Body { get; set; } = body;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public List<GivenReaction> Reactions { get; } = [];

    /// <summary>Lists that do not show it yet.</summary>
    public int Hidden { get; set; }
}

public sealed class PullRequest(long id, int number, User author, string head, string @base, string headSha, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public int Number { get; } = number;

    public User Author { get; } = author;

    public string Head { get; } = head;

    public string Base { get; set; } = @base;

    /// <summary>Of one that is open its branch says it, if there still is one.</summary>
    public string HeadSha { get; set; } = headSha;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public string Title { get; set; } = "";

    public string? Body { get; set; }

    public bool IsDraft { get; set; }

    public string State { get; set; } = "open";

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public DateTimeOffset? ClosedAt { get; set; }

    public User? ClosedBy { get; set; }

    public DateTimeOffset? MergedAt { get; set; }

    public string? MergeCommit { get; set; }

    public bool IsLocked { get; set; }

    /// <summary>Below it, not at its lines.</summary>
    public List<Comment> Comments { get; } = [];

    public List<GivenReview> Reviews { get; } = [];

    /// <summary>In the order of their making.</summary>
    public List<ReviewComment> ReviewComments { get; } = [];

    /// <summary>The two commits of which somebody asked already whether they can be merged.</summary>
    public (string Head, string Base)? Weighed { get; set; }

    /// <summary>Lists that do not show it yet.</summary>
    public int Hidden { get; set; }
}

public enum TokenKind
{
    User,
    Installation,
    Job,

    /// <summary>An App's JSON Web Token: it may find installations and make tokens, and nothing else.</summary>
    App,
}

public sealed class Token(string value, TokenKind kind, User user)
{
    public string Value { get; } = value;

    public TokenKind Kind { get; } = kind;

    public User User { get; } = user;

    /// <summary>Null: all that the user may.</summary>
    public IReadOnlyDictionary<string, string>? Permissions { get; set; }

    /// <summary>Full names; null: all that the user sees.</summary>
    public IReadOnlyCollection<string>? Repositories { get; set; }

    public DateTimeOffset ExpiresAt { get; set; } = DateTimeOffset.MaxValue;

    public bool IsRevoked { get; set; }

    public App? App { get; set; }

    /// <summary>Requests in an hour.</summary>
    public int Limit { get; set; }

    /// <summary>By resource: how many were counted, and until when.</summary>
    public Dictionary<string, (int Used, DateTimeOffset ResetAt)> Counted { get; } = new(StringComparer.Ordinal);

    public bool Sees(Repository repository) => Kind != TokenKind.App
        && (Repositories is null || Repositories.Contains(repository.FullName, StringComparer.OrdinalIgnoreCase))
        && (!repository.IsPrivate || Kind != TokenKind.User || RoleIn(repository) != "none");

    /// <param name="permission">As in <c>issues</c>.</param>
    /// <param name="level">read or write.</param>
    public bool May(string permission, string level) =>
        Permissions is null || permission == "metadata" || (Permissions.TryGetValue(permission, out var granted) && (granted == level || granted is "write" or "admin"));

    /// <summary>Who may write to the repository may go on in a locked conversation; an App or a job may not.</summary>
    public bool MayWriteWhereLocked(Repository repository) => Kind == TokenKind.User && RoleIn(repository) is "write" or "maintain" or "admin";

    private string RoleIn(Repository repository) => repository.Owner == User ? "admin" : repository.Roles.GetValueOrDefault(User.Login, "none");
}

public sealed class App(long id, string slug, RSA publicKey, User bot, IReadOnlyDictionary<string, string> permissions)
{
    public long Id { get; } = id;

    public string Slug { get; } = slug;

    public RSA PublicKey { get; } = publicKey;

    public User Bot { get; } = bot;

    public IReadOnlyDictionary<string, string> Permissions { get; } = permissions;

    public List<Installation> Installations { get; } = [];
}

public sealed record Installation(long Id, App App, User Account, List<Repository> Repositories);
