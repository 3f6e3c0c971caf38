using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Sends one request to GitHub, signed with the token that it is given: redirects, marks of what is known (ETag), the budget, errors, and
/// another try of what is safe to repeat. Nothing here waits for longer than seconds: a longer wait is an error that says until when.
/// </summary>
internal sealed class GitHubHttp
{
    // 2026-03-10 is the next one. It takes away fields and changes what a dispatch answers, and GitHub Enterprise Server does not know it
    // yet. GitHub keeps a version for 24 months after its successor.
    private const string ApiVersion = "2022-11-28";
    private const int MostRedirects = 5;
    private const int MostTries = 3;

    private static readonly ProductInfoHeaderValue UserAgent = new("ClaudeCluster", typeof(GitHubHttp).Assembly.GetName().Version?.ToString(3));

    private readonly HttpClient _http;
    private readonly GitHubOptions _options;
    private readonly TimeProvider _clock;
    private readonly EtagCache _known = new();
    private readonly ResiliencePipeline _pipeline;

    public GitHubHttp(HttpClient http, GitHubOptions options, ApiBudget budget, TimeProvider clock)
    {
        (_http, _options, Budget, _clock) = (http, options, budget, clock);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<GitHubException.Unavailable>(),
                MaxRetryAttempts = MostTries - 1,
                Delay = options.ShortWait,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .Build();
    }

    public ApiBudget Budget { get; }

    public GitHubAddress Address => _options.Address;

    /// <exception cref="GitHubException">Always this family, unless the caller's own token ends the call.</exception>
    public Task<GitHubAnswer> SendAsync(GitHubRequest request, GitHubToken token, CancellationToken cancellationToken)
    {
        var known = _known.Find(token.Account, request);
        return SendAsync(request, token, known?.Etag, ReadWholeAsync, cancellationToken);

        async Task<GitHubAnswer> ReadWholeAsync(HttpResponseMessage response, CancellationToken either) =>
            Read(request, token, known, response, await response.Content.ReadAsByteArrayAsync(either));
    }

    /// <summary>What is too large to be held: it is read as it comes, from wherever GitHub says that it lies.</summary>
    /// <exception cref="GitHubException">As for any request; also if the store that it lies in refuses.</exception>
    public Task<T> ReadStreamAsync<T>(GitHubRequest request, GitHubToken token, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        return SendAsync(request, token, etag: null, ReadPartsAsync, cancellationToken);

        async Task<T> ReadPartsAsync(HttpResponseMessage response, CancellationToken either)
        {
            // A stranger's limits are none of GitHub's.
            var isGitHub = _options.Address.Trusts(response.RequestMessage!.RequestUri!);
            if (isGitHub)
                Budget.Note(token.Account, request.Resource, response.Headers);
            if (response.IsSuccessStatusCode)
                return await read(await response.Content.ReadAsStreamAsync(either), either);
            throw isGitHub
                ? Refused(request, token, response, await response.Content.ReadAsByteArrayAsync(either))
                : new GitHubException.NotFoundOrNoAccess(request.Place, $"{response.RequestMessage.RequestUri!.Host}, where GitHub sends on to, answers {(int)response.StatusCode}.");
        }
    }

    private async Task<T> SendAsync<T>(
        GitHubRequest request, GitHubToken token, string? etag, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken) => request.IsRepeatable
        ? await _pipeline.ExecuteAsync(async retryToken => await SendOnceAsync(request, token, etag, read, retryToken), cancellationToken)
        : await SendOnceAsync(request, token, etag, read, cancellationToken);

    private async Task<T> SendOnceAsync<T>(
        GitHubRequest request, GitHubToken token, string? etag, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        Budget.Take(token.Account, request);
        await Budget.AtOnce.WaitAsync(cancellationToken);
        try
        {
            return await AskAsync(request, token, etag, read, cancellationToken);
        }
        finally
        {
            Budget.AtOnce.Release();
        }
    }

    private async Task<T> AskAsync<T>(
        GitHubRequest request, GitHubToken token, string? etag, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_options.AnswerWithin, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await FollowAsync(request, token, etag, either.Token);
            return await read(response, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitHubException.Unavailable(request.Place, $"GitHub did not answer within {_options.AnswerWithin.TotalSeconds:0} s.", late);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            throw new GitHubException.Unavailable(request.Place, $"The connection to {request.Url.Host} failed: {lost.Message}", lost);
        }
    }

    /// <summary>Redirects keep method and body: GitHub answers 301, 302 and 307 for what was renamed or moved, and means "ask there".</summary>
    private async Task<HttpResponseMessage> FollowAsync(GitHubRequest request, GitHubToken token, string? etag, CancellationToken cancellationToken)
    {
        var url = request.Url;
        for (var hop = 0; ; hop++)
        {
            using var message = Sign(request, url, token, etag);
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            url = new Uri(url, location);
            if (hop == MostRedirects || !MayFollow(request, url))
                throw new GitHubException.Unavailable(request.Place, $"GitHub sends on to {url.Host}, where it is not followed.");
            if (_options.Address.Trusts(url))
                Budget.Take(token.Account, request with { CreatesContent = false });
        }
    }

    /// <summary>What is written goes to GitHub and nowhere else; what is read may lie elsewhere, as logs do.</summary>
    private bool MayFollow(GitHubRequest request, Uri url) =>
        _options.Address.Trusts(url) || (request.Method == HttpMethod.Get && (url.Scheme == "https" || url.IsLoopback));

    private HttpRequestMessage Sign(GitHubRequest request, Uri url, GitHubToken token, string? etag)
    {
        var message = new HttpRequestMessage(request.Method, url);
        message.Headers.UserAgent.Add(UserAgent);
        message.Headers.Accept.ParseAdd("application/vnd.github+json");
        message.Headers.Add("X-GitHub-Api-Version", ApiVersion);

        // On another host, such as a store of logs, the token would be in a stranger's hands.
        if (_options.Address.Trusts(url))
            message.Headers.Authorization = new("Bearer", token.Value);
        if (etag is not null)
            message.Headers.TryAddWithoutValidation("If-None-Match", etag);
        if (request.Body is { } body)
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json", "utf-8") } };
        return message;
    }

    private GitHubAnswer Read(GitHubRequest request, GitHubToken token, EtagCache.Kept? known, HttpResponseMessage response, byte[] body)
    {
        Budget.Note(token.Account, request.Resource, response.Headers);
        if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
            return known.Answer;
        if (!response.IsSuccessStatusCode)
            throw Refused(request, token, response, body);
        var answer = new GitHubAnswer(body, LinkHeader.Next(response.Headers, _options.Address), ApiBudget.ResetOf(response.Headers));
        _known.Keep(token.Account, request, response.Headers.ETag?.ToString(), answer);
        return answer;
    }

    private GitHubException Refused(GitHubRequest request, GitHubToken token, HttpResponseMessage response, byte[] body)
    {
        var refused = RefusedAnswer.Read(request, response, body, _clock.GetUtcNow());
        if (refused is GitHubException.SecondaryLimit { RetryAt: { } until })
            Budget.Pause(token.Account, request.Resource, until);
        return refused;
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
