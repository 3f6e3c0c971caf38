using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>How a command reaches a coordinator's API.</summary>
internal sealed class CoordinatorConnection
{
    /// <summary>Holds the operator's token.</summary>
    public const string TokenVariable = "CLAUDE_CLUSTER_TOKEN";

    private readonly Option<string> _coordinator = new("--coordinator")
    {
        Description = "The coordinator's address.",
        HelpName = "URL",
        DefaultValueFactory = _ => "http://127.0.0.1:8080",
    };

    private readonly Option<string?> _fingerprint = new("--fingerprint") { Description = "The SHA-256 fingerprint of its own certificate, as it printed it.", HelpName = "HEX" };

    public void AddTo(Command command)
    {
        command.Add(_coordinator);
        command.Add(_fingerprint);
    }

    /// <exception cref="BadInputException">There is no token, or the address is none or not safe.</exception>
    public CoordinatorClient Open(ParseResult parsed, HostEnvironment host) => Open(parsed, host, TokenVariable);

    /// <param name="parsed">What was asked for.</param>
    /// <param name="host">Where the variables are.</param>
    /// <param name="tokenVariables">Those that may hold the token, the best first.</param>
    /// <exception cref="BadInputException">There is no token, or the address is none or not safe.</exception>
    public CoordinatorClient Open(ParseResult parsed, HostEnvironment host, params ReadOnlySpan<string> tokenVariables)
    {
        var text = parsed.GetValue(_coordinator)!;
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new BadInputException("--coordinator", $"'{text}' is no address of a coordinator.", "Write it as http://127.0.0.1:8080 or https://host:8080.");
        if (address is { Scheme: "http", IsLoopback: false })
            throw new BadInputException("--coordinator", $"The token for {text} would go over the network in the clear.", "Use https://.");
        foreach (var variable in tokenVariables)
        {
            if (host.Variable(variable) is { } token)
                return new CoordinatorClient(address, token, parsed.GetValue(_fingerprint));
        }

        throw new BadInputException(tokenVariables[0], "There is no token for the coordinator.", "Set it to the operator's token, which the coordinator printed at its first start.");
    }
}

/// <summary>Calls of a coordinator's API, with its problems as ours.</summary>
internal sealed class CoordinatorClient : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly HttpClient _http;

    public CoordinatorClient(Uri address, string token, string? fingerprint)
    {
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        if (fingerprint is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                string.Equals(certificate?.GetCertHashString(HashAlgorithmName.SHA256), fingerprint, StringComparison.OrdinalIgnoreCase);
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="BadInputException">The coordinator refuses it, and says why.</exception>
    /// <exception cref="HostNotReadyException">The coordinator is not there.</exception>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json) };
        return await SendAsync<T>(request, cancellation);
    }

    /// <inheritdoc cref="SendAsync{T}(HttpMethod, string, object?, CancellationToken)"/>
    public async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode)
                return (await answer.Content.ReadFromJsonAsync<T>(Json, cancellation))!;
            throw new BadInputException([await ReadProblemAsync(answer, cancellation)]);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new HostNotReadyException($"The coordinator at {_http.BaseAddress} does not answer: {failure.Message}", "Start it with 'claude-cluster coordinator', or name another with --coordinator.");
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<Problem> ReadProblemAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json" && await answer.Content.ReadFromJsonAsync<Problem>(Json, cancellation) is { } problem)
            return problem;
        return new Problem("coordinator", $"It answered {(int)answer.StatusCode}.", "See that a coordinator listens at this address.");
    }
}
