using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeCluster.GitHub;

/// <summary>
/// What we say to GitHub and what we read of its answers. Every field that is read may be missing: GitHub adds and takes away, its own
/// examples break its own schemas, and only who uses a field knows whether it can do without.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(PermissionAnswer))]
[JsonSerializable(typeof(IReadOnlyList<LabelAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<PullRequestAnswer>))]
[JsonSerializable(typeof(InstallationAnswer))]
[JsonSerializable(typeof(InstallationTokenAnswer))]
[JsonSerializable(typeof(LabelNameList))]
[JsonSerializable(typeof(NewLabel))]
[JsonSerializable(typeof(LabelLook))]
[JsonSerializable(typeof(NewPullRequest))]
[JsonSerializable(typeof(InstallationTokenScope))]
[JsonSerializable(typeof(ReviewAnswer))]
[JsonSerializable(typeof(BodyText))]
[JsonSerializable(typeof(NewReaction))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class GitHubJson : JsonSerializerContext;

internal sealed record ErrorAnswer(string? Message, JsonElement? Errors);

internal sealed record PermissionAnswer(string? Permission, string? RoleName);

internal sealed record LabelAnswer(string? Name, string? Color, string? Description);

internal sealed record PullRequestAnswer(int? Number, string? HtmlUrl);

internal sealed record InstallationAnswer(long? Id);

internal sealed record InstallationTokenAnswer(string? Token, DateTimeOffset? ExpiresAt);

internal sealed record LabelNameList(IReadOnlyList<string> Labels);

internal sealed record NewLabel(string Name, string Color, string Description);

internal sealed record LabelLook(string Color, string Description);

internal sealed record NewPullRequest(string Title, string Head, string Base, string Body, bool Draft);

/// <param name="Repositories">Null: all that the App is installed in.</param>
internal sealed record InstallationTokenScope(IReadOnlyList<string>? Repositories, IReadOnlyDictionary<string, string> Permissions);

/// <param name="User">Null: the account was deleted.</param>
internal sealed record ReviewAnswer(string? Body, UserAnswer? User);

internal sealed record UserAnswer(string? Login);

internal sealed record BodyText(string Body);

internal sealed record NewReaction(string Content);
