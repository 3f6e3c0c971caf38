using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// What came back on a pull request, and the flow's answers. A host whose flows stay until their pull request is merged registers one; a flow
/// that ends with its pull request needs none. Each write may happen twice with the effect of one.
/// </summary>
public interface IFeedback
{
    /// <summary>The pull request as it stands now.</summary>
    /// <returns>Null: there is none of this number any more.</returns>
    Task<PullRequestLook?> LookAsync(RepositoryRef repository, int number, CancellationToken cancellationToken);

    /// <summary>What failed on a commit so far, with the end of what it printed; the newest run of each check counts.</summary>
    Task<IReadOnlyList<FailedCheck>> ReadFailedChecksAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken);

    /// <summary>One review with its remarks, in the order of the page. The text of a remark's thread is the first remark's and what was answered.</summary>
    Task<Review> ReadReviewAsync(RepositoryRef repository, int number, long review, CancellationToken cancellationToken);

    /// <summary>Answers in the thread that begins with a remark. A thread that has an answer with this marker is left alone.</summary>
    Task ReplyAsync(RepositoryRef repository, int number, CommentId thread, CommentMarker marker, string markdown, CancellationToken cancellationToken);

    /// <summary>Writes the pull request's text anew: it says what was verified, and that is about its newest commit.</summary>
    Task UpdateAsync(RepositoryRef repository, int number, string body, CancellationToken cancellationToken);

    /// <summary>A small sign at somebody's comment. One that is gone is no error.</summary>
    Task ReactAsync(RepositoryRef repository, RemarkRef comment, Reaction reaction, CancellationToken cancellationToken);
}

/// <summary>A pull request at the moment of looking.</summary>
/// <param name="Head">Its newest commit.</param>
/// <param name="Conflicts">It cannot be merged as it is; null: that is not computed yet.</param>
public sealed record PullRequestLook(CommitId Head, bool IsOpen, bool IsMerged, bool? Conflicts);

/// <summary>A check that failed, was cancelled, or ran out of time.</summary>
/// <param name="Name">As the page shows it: <c>CI / test (ubuntu)</c>.</param>
/// <param name="Url">Where a person reads all of it.</param>
/// <param name="Log">The end of the failing step's output, or the check's own summary; empty where neither can be read.</param>
public sealed record FailedCheck(string Name, string? Url, string Log);

/// <param name="Text">Empty where the reviewer wrote remarks only.</param>
public sealed record Review(string Author, string Text, IReadOnlyList<ReviewRemark> Remarks);

/// <param name="Thread">The first comment of its thread: answers go there.</param>
/// <param name="Line">Null: it is about the whole file, or about lines that are gone.</param>
public sealed record ReviewRemark(CommentId Thread, string Author, string Path, int? Line, string Text);

/// <summary>A comment by where it stands.</summary>
/// <param name="IsAtLine">At a line of a pull request; false: below an issue or a pull request.</param>
public sealed record RemarkRef(CommentId Comment, bool IsAtLine);

[JsonConverter(typeof(JsonStringEnumConverter<Reaction>))]
public enum Reaction
{
    /// <summary>It is taken in and will not be lost.</summary>
    Eyes,

    /// <summary>Done.</summary>
    ThumbsUp,

    /// <summary>Not understood.</summary>
    Confused,
}
