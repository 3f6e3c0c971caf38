using System.Net;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>Where a hub is: an address (<c>host:port</c>, <c>http://…</c>, <c>https://…</c>) or a connection string as Azure's Durable Task Scheduler has it.</summary>
/// <param name="Endpoint">http or https, a host and a port.</param>
/// <param name="TaskHub">Which hub of the server.</param>
/// <param name="Authentication">How to get a credential; null where none was said.</param>
public sealed record HubAddress(Uri Endpoint, string TaskHub = "default", string? Authentication = null)
{
    /// <summary>True if whoever listens to the network reads along, and the network is not this machine.</summary>
    public bool IsInTheClear => Endpoint.Scheme == Uri.UriSchemeHttp && !IsLoopback;

    /// <summary>Authentication=None in the connection string.</summary>
    public bool SendsNoCredential => string.Equals(Authentication, "None", StringComparison.OrdinalIgnoreCase);

    private bool IsLoopback => Endpoint.IsLoopback || (IPAddress.TryParse(Endpoint.Host, out var ip) && IPAddress.IsLoopback(ip));

    /// <exception cref="FormatException">It is neither an address nor a connection string; the message says what is wrong.</exception>
    public static HubAddress Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return text.Contains('=', StringComparison.Ordinal) ? ParseConnectionString(text) : new HubAddress(ParseEndpoint(text.Trim(), Uri.UriSchemeHttp));
    }

    public override string ToString() => TaskHub == "default" ? Endpoint.GetLeftPart(UriPartial.Authority) : $"{Endpoint.GetLeftPart(UriPartial.Authority)} (task hub '{TaskHub}')";

    private static HubAddress ParseConnectionString(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } key, { Length: > 0 } value])
                throw new FormatException($"'{part}' in the connection string is not of the form Key=Value.");
            parts[key] = value;
        }

        return new HubAddress(ParseEndpoint(Required(parts, "Endpoint"), Uri.UriSchemeHttps), Required(parts, "TaskHub"), Required(parts, "Authentication"));
    }

    private static string Required(Dictionary<string, string> parts, string key) => parts.GetValueOrDefault(key)
        ?? throw new FormatException($"The connection string has no {key}. It reads 'Endpoint=https://…;TaskHub=…;Authentication=…'.");

    private static Uri ParseEndpoint(string text, string schemeIfNone)
    {
        var complete = text.Contains("://", StringComparison.Ordinal) ? text : $"{schemeIfNone}://{text}";
        return Uri.TryCreate(complete, UriKind.Absolute, out var endpoint) && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            && endpoint is { Host.Length: > 0, PathAndQuery: "/", UserInfo: "" }
            ? endpoint
            : throw new FormatException($"'{text}' is no address of a hub. It reads 'host:port', 'http://host:port' or 'https://host:port', without a path.");
    }
}
