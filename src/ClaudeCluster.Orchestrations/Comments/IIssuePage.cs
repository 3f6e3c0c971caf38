using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>GitHub's id of a comment, kept as text.</summary>
[JsonConverter(typeof(StringValueJson<CommentId>))]
public readonly record struct CommentId(string Value) : IStringValue<CommentId>
{
    public static CommentId From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>A hidden line in a comment by which it is found again: one comment per flow, edited, never repeated.</summary>
/// <param name="FlowId">The flow's instance id.</param>
public sealed record CommentMarker(string FlowId)
{
    public override string ToString() => $"<!-- claude-cluster:{FlowId} -->";
}

/// <summary>Labels to set and to take away; what is so already is no error.</summary>
public sealed record LabelChange(IReadOnlyList<string> Add, IReadOnlyList<string> Remove);

/// <summary>What people see on the issue. Each call may happen twice with the effect of one.</summary>
public interface IIssuePage
{
    /// <summary>Writes the comment with this marker: edits the known one, else finds it by its marker, else posts it.</summary>
    Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken);

    Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken);

    /// <summary>Both at once. A page that can do it in one request does; any other does one after the other.</summary>
    async Task<CommentId> PutAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, LabelChange change, CancellationToken cancellationToken)
    {
        var comment = await PutCommentAsync(issue, marker, known, markdown, cancellationToken);
        await PutLabelsAsync(issue, change, cancellationToken);
        return comment;
    }
}

/// <summary>All of GitHub that the flow needs. A host registers one; each step asks for the small part.</summary>
public interface IGitHub : IRoles, IRepositoryFiles, IIssuePage, IPullRequests;
