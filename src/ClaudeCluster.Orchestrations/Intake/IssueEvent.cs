using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// What happened to an issue, after the door has read it: a closed family, free of GitHub's JSON. The webhook's body and the
/// Actions event file hold the same JSON, so the same happening reads as the same event with the same <see cref="Key"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Labeled), "labeled")]
[JsonDerivedType(typeof(Unlabeled), "unlabeled")]
[JsonDerivedType(typeof(Edited), "edited")]
[JsonDerivedType(typeof(Closed), "closed")]
[JsonDerivedType(typeof(Reopened), "reopened")]
[JsonDerivedType(typeof(Other), "other")]
public abstract record IssueEvent
{
    private IssueEvent()
    {
    }

    /// <summary>A hash of what the event says (lower-case hexadecimal): the same event by any door has the same key.</summary>
    public required string Key { get; init; }

    public required RepositoryRef Repository { get; init; }

    public required IssueSnapshot Issue { get; init; }

    /// <summary>Who did it. Authorisation asks for this person, never for the issue's author.</summary>
    public required Requester Sender { get; init; }

    /// <summary>A new issue; labels set by its template are in the snapshot, and no <see cref="Labeled"/> follows for them.</summary>
    public sealed record Opened : IssueEvent;

    public sealed record Labeled(string Label) : IssueEvent;

    public sealed record Unlabeled(string Label) : IssueEvent;

    public sealed record Edited : IssueEvent;

    public sealed record Closed : IssueEvent;

    public sealed record Reopened : IssueEvent;

    /// <summary>An action that changes nothing for a flow (assigned, pinned, milestoned, …).</summary>
    public sealed record Other(string Action) : IssueEvent;
}

/// <summary>A repository, by the id that survives renames and by the name that people read.</summary>
/// <param name="Id">GitHub's numeric id.</param>
/// <param name="FullName"><c>owner/name</c>.</param>
/// <param name="DefaultBranch">Whatever it is called.</param>
/// <param name="IsPublic">Anybody may read it and open issues.</param>
public sealed record RepositoryRef(long Id, string FullName, string DefaultBranch, bool IsPublic);

/// <summary>The issue at the moment of the event. A later edit by an outsider does not reach the agent.</summary>
public sealed record IssueSnapshot
{
    public required int Number { get; init; }

    public required string Title { get; init; }

    /// <summary>The text; empty where GitHub says null.</summary>
    public string Body { get; init; } = string.Empty;

    public IReadOnlyList<string> Labels { get; init; } = [];

    public required string Author { get; init; }

    public bool IsOpen { get; init; } = true;

    /// <summary>GitHub reports a pull request's label events as issue events too.</summary>
    public bool IsPullRequest { get; init; }

    public string? Url { get; init; }

    /// <summary>GitHub's clock, not ours.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    internal bool HasTextOf(IssueSnapshot other) => Title == other.Title && Body == other.Body;
}

/// <summary>A GitHub account.</summary>
/// <param name="Login">Its name.</param>
/// <param name="Id">GitHub's numeric id; 0 where it is not known.</param>
/// <param name="IsBot">GitHub says <c>type: Bot</c>.</param>
public sealed record Requester(string Login, long Id, bool IsBot)
{
    /// <summary>The address that GitHub maps to this account in a commit trailer.</summary>
    [JsonIgnore]
    public string NoReplyAddress => Id > 0 ? $"{Id}+{Login}@users.noreply.github.com" : $"{Login}@users.noreply.github.com";
}

public sealed record IssueRef(RepositoryRef Repository, int Number);
