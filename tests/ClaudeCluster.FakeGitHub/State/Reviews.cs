namespace ClaudeCluster.FakeGitHub.State;

/// <param name="Verdict">approved, changes_requested, commented.</param>
public sealed record GivenReview(long Id, User Author, string Verdict, string? Text, string Commit, DateTimeOffset SubmittedAt)
{
    /// <value>Null: it stands as it was sent.</value>
    public DateTimeOffset? EditedAt { get; init; }
}

/// <summary>A remark at a line of a pull request, or an answer to one.</summary>
public sealed class ReviewComment(long id, GivenReview review, User author, string path, int? line, string body, ReviewComment? first, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public GivenReview Review { get; } = review;

    public User Author { get; } = author;

    public string Path { get; } = path;

    /// <summary>Null: the whole file, or a line that is gone.</summary>
    public int? Line { get; set; } = line;

    public string Body { get; set; } = body;

    /// <summary>Of its thread; null: it is the first itself.</summary>
    public ReviewComment? First { get; } = first;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public List<GivenReaction> Reactions { get; } = [];

    /// <summary>Lists that do not show it yet.</summary>
    public int Hidden { get; set; }
}

/// <param name="Content">As in <c>eyes</c>, <c>+1</c>.</param>
public sealed record GivenReaction(long Id, User Author, string Content, DateTimeOffset CreatedAt);

/// <summary>What somebody writes at a line.</summary>
/// <param name="Answers">The first comment of the thread; null: it begins one.</param>
public sealed record Remark(string Path, int? Line, string Text, ReviewComment? Answers = null);
