using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>How a command reaches a coordinator's API.</summary>
internal sealed class CoordinatorConnection
{
    /// <summary>Holds the operator's token.</summary>
    public const string TokenVariable = "CLAUDE_CLUSTER_TOKEN";

    /// <summary>How <c>--coordinator</c> is given without saying it each time.</summary>
    public const string AddressVariable = "CLAUDE_CLUSTER_COORDINATOR";

    private const string OwnAddress = "http://127.0.0.1:8080";

    private readonly Option<string?> _coordinator = new("--coordinator")
    {
        Description = $"The coordinator's address. Default: {AddressVariable}, else {OwnAddress}.",
        HelpName = "URL",
    };

    private readonly Option<string?> _fingerprint = new("--fingerprint")
    {
        Description = $"The SHA-256 fingerprint of its own certificate, as it printed it. Default: {CoordinatorTrust.Variable}; without, this machine's authorities decide.",
        HelpName = "HEX",
    };

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
        var address = AddressOf(parsed, host);
        var pinned = parsed.GetValue(_fingerprint);
        var fingerprint = CoordinatorTrust.Read(pinned ?? host.Variable(CoordinatorTrust.Variable), pinned is null ? CoordinatorTrust.Variable : _fingerprint.Name);
        foreach (var variable in tokenVariables)
        {
            if (host.Variable(variable) is { } token)
                return new CoordinatorClient(address, token, new CoordinatorTrust(fingerprint));
        }

        throw new BadInputException(tokenVariables[0], "There is no token for the coordinator.", "Set it to the operator's token, which the coordinator printed at its first start.");
    }

    private Uri AddressOf(ParseResult parsed, HostEnvironment host)
    {
        var given = parsed.GetValue(_coordinator);
        var (text, place) = (given ?? host.Variable(AddressVariable) ?? OwnAddress, given is null ? AddressVariable : _coordinator.Name);
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new BadInputException(place, $"'{text}' is no address of a coordinator.", "Write it as http://127.0.0.1:8080 or https://host:8080.");
        if (address is { Scheme: "http", IsLoopback: false })
            throw new BadInputException(place, $"The token for {text} would go over the network in the clear.", "Use https://.");
        return address;
    }
}

/// <summary>Calls of a coordinator's API, with its problems as ours.</summary>
internal sealed class CoordinatorClient : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly HttpClient _http;
    private readonly CoordinatorTrust _trust;

    public CoordinatorClient(Uri address, string token, CoordinatorTrust trust)
    {
        _trust = trust;
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => trust.IsTrusted(certificate, errors, address);
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="BadInputException">The coordinator refuses it, and says why.</exception>
    /// <exception cref="HostNotReadyException">The coordinator is not there.</exception>
    /// <exception cref="UntrustedCoordinatorException">What is there is not known to be the coordinator.</exception>
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
        catch (HttpRequestException) when (_trust.Problem is { } problem)
        {
            throw new UntrustedCoordinatorException(problem);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new HostNotReadyException(
                $"The coordinator at {_http.BaseAddress} does not answer: {(failure as HttpRequestException)?.InnerException?.Message ?? failure.Message}",
                $"Start it with 'claude-cluster coordinator', or name another by --coordinator or {CoordinatorConnection.AddressVariable}; one that listens with TLS is https://.");
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
