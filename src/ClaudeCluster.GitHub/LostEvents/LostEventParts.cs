using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. What GraphQL says of times and people.</summary>
internal static class LostEventParts
{
    private const string BotSuffix = "[bot]";

    /// <summary>Of a fact, where nobody says who caused it. Nobody's right is asked for facts.</summary>
    public static Requester Nobody { get; } = new("github", 0, IsBot: true);

    public static DateTimeOffset? TimeOf(this JsonElement json, string field) =>
        DateTimeOffset.TryParse(json.TextOf(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <returns>Null: the account is gone, or is none that may do anything.</returns>
    public static Requester? PersonOf(this JsonElement json, string field)
    {
        if (json.Child(field) is not { } person || person.TextOf("login") is not { } login || !GitHubNames.IsLogin(login))
            return null;
        var isBot = person.TextOf("__typename") is not "User";
        var id = person.Child("databaseId") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

        // GraphQL names an App's account without what everybody else writes behind it.
        return new(isBot && !login.EndsWith(BotSuffix, StringComparison.OrdinalIgnoreCase) ? login + BotSuffix : login, id, isBot);
    }

    /// <summary>A number of more than 32 bits: GraphQL writes it as text.</summary>
    public static long? ReviewId(this JsonElement review)
    {
        var text = review.Child("fullDatabaseId") switch { { ValueKind: JsonValueKind.String } found => found.GetString(), { ValueKind: JsonValueKind.Number } found => found.GetRawText(), _ => null };
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    public static CommitId? CommitOf(this JsonElement json, string field) => json.TextOf(field) is { } sha && PayloadParts.IsSha(sha) ? new CommitId(sha) : null;
}
