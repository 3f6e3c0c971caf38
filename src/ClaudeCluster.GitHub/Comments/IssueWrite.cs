using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>Writes a comment and changes labels in one request: what people see on the issue changes at once, and GitHub counts one.</summary>
internal sealed class IssueWrite(GraphQl graphQl)
{
    // Each part is left out where it has nothing to do.
    private const string WriteDocument = """
        mutation WriteIssue($issue: ID!, $comment: ID!, $body: String!, $added: [ID!]!, $removed: [ID!]!, $posts: Boolean!, $edits: Boolean!, $adds: Boolean!, $removes: Boolean!) {
          addComment(input: {subjectId: $issue, body: $body}) @include(if: $posts) { commentEdge { node { id } } }
          updateIssueComment(input: {id: $comment, body: $body}) @include(if: $edits) { issueComment { id } }
          addLabelsToLabelable(input: {labelableId: $issue, labelIds: $added}) @include(if: $adds) { clientMutationId }
          removeLabelsFromLabelable(input: {labelableId: $issue, labelIds: $removed}) @include(if: $removes) { clientMutationId }
        }
        """;

    private const string DeleteDocument = "mutation DeleteComment($comment: ID!) { deleteIssueComment(input: {id: $comment}) { clientMutationId } }";

    /// <param name="comment">Null: it is posted anew, which is not safe to repeat.</param>
    /// <returns>The comment's id.</returns>
    public async Task<CommentId> WriteAsync(
        IssueRef issue, string issueId, CommentId? comment, string body, IReadOnlyList<string> added, IReadOnlyList<string> removed, CancellationToken cancellationToken)
    {
        var question = new GraphQlQuestion(issue.Repository.FullName, "WriteIssue", WriteDocument) { IsRepeatable = comment is not null, CreatesContent = comment is null };
        var data = await graphQl.AskAsync(question, Write, cancellationToken);
        return comment ?? (data.Child("addComment")?.Child("commentEdge")?.Child("node")?.TextOf("id") is { } id
            ? new CommentId(id)
            : throw new GitHubException.Unavailable(issue.Repository.FullName, "GitHub's answer does not say which comment it posted."));

        void Write(Utf8JsonWriter variables)
        {
            variables.WriteString("issue", issueId);
            variables.WriteString("comment", comment?.Value ?? string.Empty);
            variables.WriteString("body", body);
            WriteList(variables, "added", added);
            WriteList(variables, "removed", removed);
            variables.WriteBoolean("posts", comment is null);
            variables.WriteBoolean("edits", comment is not null);
            variables.WriteBoolean("adds", added.Count > 0);
            variables.WriteBoolean("removes", removed.Count > 0);
        }
    }

    /// <summary>One that is gone already is no error.</summary>
    public async Task DeleteAsync(IssueRef issue, CommentId comment, CancellationToken cancellationToken)
    {
        try
        {
            await graphQl.AskAsync(
                new(issue.Repository.FullName, "DeleteComment", DeleteDocument), variables => variables.WriteString("comment", comment.Value), cancellationToken);
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            // Somebody was faster.
        }
    }

    private static void WriteList(Utf8JsonWriter variables, string name, IReadOnlyList<string> ids)
    {
        variables.WriteStartArray(name);
        foreach (var id in ids)
            variables.WriteStringValue(id);
        variables.WriteEndArray();
    }
}
