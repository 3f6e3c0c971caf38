using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeCluster.GitHub;

/// <inheritdoc cref="GitHubJson"/>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<InstallationListed>))]
[JsonSerializable(typeof(AppAnswer))]
[JsonSerializable(typeof(InstallationListed))]
[JsonSerializable(typeof(RepositoryListAnswer))]
[JsonSerializable(typeof(RepositoryAnswer))]
[JsonSerializable(typeof(IReadOnlyList<IssueListed>))]
[JsonSerializable(typeof(IssueListed))]
[JsonSerializable(typeof(IReadOnlyList<JsonElement>))]
[JsonSerializable(typeof(CommentListed))]
[JsonSerializable(typeof(PullListed))]
[JsonSerializable(typeof(PullStanding))]
internal sealed partial class LostEventsJson : JsonSerializerContext;

/// <param name="Permissions">Texts, as far as is known.</param>
internal sealed record InstallationListed(long? Id, DateTimeOffset? SuspendedAt, UserAnswer? Account, IReadOnlyDictionary<string, JsonElement>? Permissions);

internal sealed record AppAnswer(string? Slug);

internal sealed record RepositoryListAnswer(IReadOnlyList<RepositoryAnswer>? Repositories);

internal sealed record RepositoryAnswer(long? Id, string? FullName, string? DefaultBranch, bool? Private, string? Visibility, bool? Archived, DateTimeOffset? PushedAt)
{
    /// <returns>Null: it is none that work can be done in.</returns>
    public WatchedRepository? Read() => this is { Id: { } id, FullName: { } name, DefaultBranch: { } branch, Archived: not true } && GitHubNames.IsRepository(name) && GitHubNames.IsBranch(branch)
        ? new(new(id, name, branch, IsPublic: Private != true || Visibility == "public"), PushedAt)
        : null;
}

/// <param name="PullRequest">Null: it is an issue, and no pull request.</param>
/// <param name="Labels">Objects with a name, or the names alone.</param>
internal sealed record IssueListed(int? Number, DateTimeOffset? UpdatedAt, JsonElement? PullRequest, string? State, IReadOnlyList<JsonElement>? Labels)
{
    public IReadOnlyList<string> LabelNames =>
        [.. Labels?.Select(label => label.ValueKind == JsonValueKind.String ? label.GetString() : label.TextOf("name")).OfType<string>() ?? []];
}

/// <param name="IssueUrl">Null: it stands at a line.</param>
/// <param name="PullRequestUrl">Null: it stands at no line.</param>
internal sealed record CommentListed(
    long? Id, string? Body, AuthorListed? User, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt, string? IssueUrl, string? PullRequestUrl, string? Path, long? InReplyToId);

internal sealed record PullListed(int? Number, DateTimeOffset? UpdatedAt);

internal sealed record PullStanding(string? State, bool? Merged, bool? Draft, bool? Mergeable, string? MergeableState, DateTimeOffset? UpdatedAt, PullEnd? Head, PullEnd? Base);

internal sealed record PullEnd(string? Sha);

internal sealed record AuthorListed(string? Login, long? Id, string? Type);
