using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClaudeCluster.GitHub;

/// <summary>The calls of GitHub's REST API that the product makes, and no more; each with the token of its repository.</summary>
internal sealed class GitHubClient(GitHubHttp http, IGitHubCredentials credentials)
{
    private const int MostOnAPage = 100;

    public GitHubAddress Address => http.Address;

    public Task<PermissionAnswer> ReadPermissionAsync(string repository, string login, CancellationToken cancellationToken) =>
        ReadAsync(repository, Get($"/repos/{repository}/collaborators/{Escape(login)}/permission"), GitHubJson.Default.PermissionAnswer, cancellationToken);

    /// <summary>Adding a label that is there already changes nothing; one that the repository does not know is made.</summary>
    /// <returns>All labels that the issue has now.</returns>
    public async Task<IReadOnlyList<string>> AddLabelsAsync(string repository, int issue, IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/repos/{repository}/issues/{issue}/labels");
        var request = Post(path, new LabelNameList(labels), GitHubJson.Default.LabelNameList) with { IsRepeatable = true };
        var all = await ReadAsync(repository, request, GitHubJson.Default.IReadOnlyListLabelAnswer, cancellationToken);
        return [.. all.Select(label => label.Name).OfType<string>()];
    }

    public Task RemoveLabelAsync(string repository, int issue, string label, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/repos/{repository}/issues/{issue}/labels/{Escape(label)}");
        return SendAsync(repository, new(HttpMethod.Delete, Address.At(path)), cancellationToken);
    }

    public Task<IReadOnlyList<LabelAnswer>> ReadLabelsAsync(string repository, CancellationToken cancellationToken) =>
        ReadPagesAsync(repository, Get($"/repos/{repository}/labels?per_page={MostOnAPage}"), GitHubJson.Default.IReadOnlyListLabelAnswer, cancellationToken);

    public Task CreateLabelAsync(string repository, NewLabel label, CancellationToken cancellationToken) =>
        SendAsync(repository, Post($"/repos/{repository}/labels", label, GitHubJson.Default.NewLabel), cancellationToken);

    public Task EditLabelAsync(string repository, string name, LabelLook look, CancellationToken cancellationToken) =>
        SendAsync(repository, With(HttpMethod.Patch, $"/repos/{repository}/labels/{Escape(name)}", look, GitHubJson.Default.LabelLook), cancellationToken);

    /// <summary>GitHub opens no second one of the same head, so this is safe to repeat: the second time it says that one exists.</summary>
    public Task<PullRequestAnswer> CreatePullRequestAsync(string repository, NewPullRequest pullRequest, CancellationToken cancellationToken)
    {
        var request = Post($"/repos/{repository}/pulls", pullRequest, GitHubJson.Default.NewPullRequest) with { CreatesContent = true, IsRepeatable = true };
        return ReadAsync(repository, request, GitHubJson.Default.PullRequestAnswer, cancellationToken);
    }

    public async Task<PullRequestAnswer?> FindOpenPullRequestAsync(string repository, string head, CancellationToken cancellationToken)
    {
        var owner = repository.Split('/')[0];
        var request = Get($"/repos/{repository}/pulls?state=open&head={Escape($"{owner}:{head}")}");
        return (await ReadAsync(repository, request, GitHubJson.Default.IReadOnlyListPullRequestAnswer, cancellationToken)).FirstOrDefault();
    }

    public Task EditPullRequestAsync(string repository, int number, BodyText text, CancellationToken cancellationToken) =>
        SendAsync(repository, With(HttpMethod.Patch, PullRequestPath(repository, number), text, GitHubJson.Default.BodyText), cancellationToken);

    public Task<ReviewAnswer> ReadReviewAsync(string repository, int number, long review, CancellationToken cancellationToken) => ReadAsync(
        repository, Get(string.Create(CultureInfo.InvariantCulture, $"{PullRequestPath(repository, number)}/reviews/{review}")), GitHubJson.Default.ReviewAnswer, cancellationToken);

    /// <summary>Not safe to repeat: each is one more answer.</summary>
    public Task ReplyAsync(string repository, int number, string comment, BodyText text, CancellationToken cancellationToken)
    {
        var request = Post($"{PullRequestPath(repository, number)}/comments/{Escape(comment)}/replies", text, GitHubJson.Default.BodyText) with { CreatesContent = true };
        return SendAsync(repository, request, cancellationToken);
    }

    /// <summary>The second time GitHub says that it is there already.</summary>
    /// <param name="kind">Of the comment, as the address names it: <c>issues</c> or <c>pulls</c>.</param>
    public Task ReactAsync(string repository, string kind, string comment, NewReaction reaction, CancellationToken cancellationToken)
    {
        var request = Post($"/repos/{repository}/{kind}/comments/{Escape(comment)}/reactions", reaction, GitHubJson.Default.NewReaction);
        return SendAsync(repository, request with { CreatesContent = true, IsRepeatable = true }, cancellationToken);
    }

    /// <summary>What a job of Actions printed; it lies in a store of its own.</summary>
    public Task<T> ReadJobLogAsync<T>(string repository, long job, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var request = Get(string.Create(CultureInfo.InvariantCulture, $"/repos/{repository}/actions/jobs/{job}/logs"));
        return WithTokenAsync(repository, token => http.ReadStreamAsync(request, token, read, cancellationToken), cancellationToken);
    }

    public async Task<T> ReadAsync<T>(string repository, GitHubRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Parse(request, await SendAsync(repository, request, cancellationToken), type);

    public Task<GitHubAnswer> SendAsync(string repository, GitHubRequest request, CancellationToken cancellationToken) =>
        WithTokenAsync(repository, token => http.SendAsync(request, token, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<T>> ReadPagesAsync<T>(string repository, GitHubRequest first, JsonTypeInfo<IReadOnlyList<T>> type, CancellationToken cancellationToken) =>
        ReadPagesAsync(repository, first, type, page => page, cancellationToken);

    /// <param name="itemsOf">A page of some lists is more than its items.</param>
    public async Task<IReadOnlyList<T>> ReadPagesAsync<TPage, T>(string repository, GitHubRequest first, JsonTypeInfo<TPage> type, Func<TPage, IReadOnlyList<T>> itemsOf, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        for (var request = first; request is not null;)
        {
            var page = await SendAsync(repository, request, cancellationToken);
            all.AddRange(itemsOf(Parse(request, page, type)));
            request = page.Next is { } next ? first with { Url = next } : null;
        }

        return all;
    }

    internal static T Parse<T>(GitHubRequest request, GitHubAnswer answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, type) ?? throw Unreadable(request, "it is null");
        }
        catch (JsonException bad)
        {
            throw Unreadable(request, bad.Message);
        }
    }

    internal static GitHubException Unreadable(GitHubRequest request, string reason) =>
        new GitHubException.Unavailable(request.Place, $"The answer is not as GitHub describes it: {reason}.");

    private GitHubRequest Get(string path) => new(HttpMethod.Get, Address.At(path));

    private GitHubRequest Post<T>(string path, T body, JsonTypeInfo<T> type) => With(HttpMethod.Post, path, body, type);

    private GitHubRequest With<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type) =>
        new(method, Address.At(path)) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type) };

    /// <summary>With a new token, if the one that was kept turns out to be none any more and another can be had.</summary>
    private async Task<T> WithTokenAsync<T>(string repository, Func<GitHubToken, Task<T>> send, CancellationToken cancellationToken)
    {
        var token = await credentials.GetAsync(repository, cancellationToken);
        try
        {
            return await send(token);
        }
        catch (GitHubException.Unauthorized) when (credentials.Forget(token))
        {
            return await send(await credentials.GetAsync(repository, cancellationToken));
        }
    }

    private static string PullRequestPath(string repository, int number) => string.Create(CultureInfo.InvariantCulture, $"/repos/{repository}/pulls/{number}");

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
