namespace ClaudeCluster.GitHub;

/// <summary>One request, before anybody has signed it.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Url">Whole; never with a token in it.</param>
internal sealed record GitHubRequest(HttpMethod Method, Uri Url)
{
    /// <summary>JSON, as UTF-8.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Twice is once, so it may be sent again after an unclear end.</summary>
    /// <value>All but POST.</value>
    public bool IsRepeatable { get; init; } = Method != HttpMethod.Post;

    /// <summary>It counts against GitHub's caps of 80 a minute and 500 an hour.</summary>
    public bool CreatesContent { get; init; }

    /// <summary>Which of GitHub's counters pays.</summary>
    public string Resource { get; init; } = "core";

    /// <summary>What it is about, where the URL does not say: the name of a GraphQL operation.</summary>
    public string? Operation { get; init; }

    /// <summary>For problems.</summary>
    public string Place => $"{Method} {Url.AbsolutePath}{(Operation is null ? "" : $" ({Operation})")}";
}

/// <summary>A good answer.</summary>
/// <param name="Body">JSON; empty where GitHub sends nothing.</param>
/// <param name="Next">The next page, by the <c>Link</c> header; null: there is none.</param>
/// <param name="ResetAt">When the hour ends that this request was counted in; null: it did not say.</param>
internal sealed record GitHubAnswer(byte[] Body, Uri? Next, DateTimeOffset? ResetAt = null);

/// <summary>A secret, with what is known of it. It has no text, so it cannot stand in a log by accident. It may have any length and prefix: GitHub changes both.</summary>
/// <param name="account">Who pays for its requests.</param>
internal sealed class GitHubToken(string value, string account)
{
    public string Value { get; } = value;

    public string Account { get; } = account;

    /// <value>Never: not known, or not at all.</value>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    public override string ToString() => $"a token of {Account}";
}
