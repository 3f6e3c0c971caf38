using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ClaudeCluster.Agent;

/// <summary>The coordinator's API, as an agent uses it.</summary>
public sealed class CoordinatorLink : ICoordinatorLink, IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly string? _fingerprint;

    /// <param name="coordinator">Its address.</param>
    /// <param name="token">This agent's; null: none is sent.</param>
    /// <param name="fingerprint">SHA-256 of the only certificate that is the coordinator's; null: the machine's authorities decide.</param>
    public CoordinatorLink(Uri coordinator, string? token, string? fingerprint)
    {
        _fingerprint = fingerprint;
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = CallLimit, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (fingerprint is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate, fingerprint);
        _http = new HttpClient(handler) { BaseAddress = coordinator, Timeout = CallLimit };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Asks whether the coordinator would take this agent, and changes nothing there.</summary>
    /// <returns>What is wrong; null: nothing.</returns>
    /// <exception cref="CoordinatorAwayException">It cannot be reached.</exception>
    public async Task<Problem?> LookAsync(AgentReport report, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Put, PathOf(report), AgentAdmission.Question(report), cancellationToken);
        return AgentAdmission.Judge(report.Hello, response.StatusCode, await SaidAsync(response, cancellationToken));
    }

    public async Task<AgentOrders> ReportAsync(AgentReport report, CancellationToken cancellationToken) =>
        await CallAsync<AgentOrders>(HttpMethod.Put, PathOf(report), report, cancellationToken);

    public async Task<ProgressAnswer> TellAsync(string attemptId, AttemptProgress progress, CancellationToken cancellationToken) =>
        await CallAsync<ProgressAnswer>(HttpMethod.Post, $"api/attempts/{Uri.EscapeDataString(attemptId)}/progress", progress, cancellationToken);

    public async Task<PushCredential?> AskForPushAsync(string attemptId, PushCredentialRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, $"api/attempts/{Uri.EscapeDataString(attemptId)}/push-credential", request, cancellationToken);
        if (response.IsSuccessStatusCode)
            return await ReadAsync<PushCredential>(response, cancellationToken);
        // Not there, not implemented: a coordinator without GitHub.
        if (response.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.NotFound)
            return null;
        if ((int)response.StatusCode >= 500)
            throw new CoordinatorAwayException(await ProblemAsync(response, cancellationToken));
        if (response.StatusCode == HttpStatusCode.Conflict)
            throw new AttemptEndedException(await ProblemAsync(response, cancellationToken));
        throw new HostNotReadyException($"The coordinator gives no credential to push with: {await ProblemAsync(response, cancellationToken)}", "See whether the agent's token is still good, and is this agent's own.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> CallAsync<T>(HttpMethod method, string path, object body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, cancellationToken);
        if (response.IsSuccessStatusCode)
            return await ReadAsync<T>(response, cancellationToken);
        throw new CoordinatorAwayException(await ProblemAsync(response, cancellationToken), isRefusal: (int)response.StatusCode is >= 400 and < 500);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, body.GetType(), options: Json) };
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure) when (CertificateTrouble.Of(failure, _http.BaseAddress!, _fingerprint) is { } trouble)
        {
            throw new CoordinatorAwayException($"{trouble.Reason} {trouble.Fix}", cause: failure) { Problem = trouble };
        }
        catch (HttpRequestException failure)
        {
            throw new CoordinatorAwayException(failure.InnerException?.Message ?? failure.Message, cause: failure);
        }
        catch (OperationCanceledException slow) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CoordinatorAwayException($"no answer within {CallLimit.TotalSeconds:0} seconds", cause: slow);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new CoordinatorAwayException("its answer is empty");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or HttpRequestException)
        {
            throw new CoordinatorAwayException("its answer is not that of a coordinator", cause: failure);
        }
    }

    /// <summary>The title and detail of a problem+json, or the status alone.</summary>
    private static async Task<string> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = $"HTTP {(int)response.StatusCode}";
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Json, cancellationToken);
            return problem.ValueKind == JsonValueKind.Object ? $"{status} {Word(problem, "title")} {Word(problem, "detail")}".TrimEnd() : status;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or HttpRequestException or InvalidOperationException)
        {
            return status;
        }
    }

    /// <summary>Reason and fix in the coordinator's own words.</summary>
    private async Task<Problem> SaidAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var standard = new Problem(_http.BaseAddress!.ToString(), $"It answers with HTTP {(int)response.StatusCode}.", "See whether 'coordinator_url' in agent.yml is a coordinator's, and its log.");
        try
        {
            var said = await response.Content.ReadFromJsonAsync<JsonElement>(Json, cancellationToken);
            return said.ValueKind == JsonValueKind.Object ? standard with { Reason = Word(said, "reason") ?? standard.Reason, Fix = Word(said, "fix") ?? standard.Fix } : standard;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or HttpRequestException or InvalidOperationException)
        {
            return standard;
        }
    }

    private static string PathOf(AgentReport report) => $"api/agents/{Uri.EscapeDataString(report.Hello.Agent.Value)}";

    private static string? Word(JsonElement problem, string key) =>
        problem.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() is { Length: > 300 } text ? text[..300] : value.GetString() : null;

    private static bool IsPinned(X509Certificate? certificate, string fingerprint) =>
        certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), fingerprint, StringComparison.OrdinalIgnoreCase);
}
