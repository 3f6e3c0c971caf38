namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>Where the credential for a hub comes from. It is asked before every call, so it must remember what it has, and renew it in time.</summary>
public interface IHubTokenSource
{
    /// <summary>The token of <c>authorization: Bearer</c>; null for none.</summary>
    ValueTask<string?> GetTokenAsync(CancellationToken cancellation = default);
}

/// <summary>A token that does not change.</summary>
public sealed class StaticHubToken(string token) : IHubTokenSource
{
    public ValueTask<string?> GetTokenAsync(CancellationToken cancellation = default) => ValueTask.FromResult<string?>(token);
}

/// <summary>The token in an environment variable, read again for every call.</summary>
/// <param name="read">Reads the environment.</param>
/// <param name="variable">The variable's name.</param>
public sealed class EnvironmentHubToken(Func<string, string?> read, string variable) : IHubTokenSource
{
    public ValueTask<string?> GetTokenAsync(CancellationToken cancellation = default) => ValueTask.FromResult(read(variable)?.Trim() is { Length: > 0 } token ? token : null);
}

/// <summary>How a remote hub is used.</summary>
public sealed record RemoteTaskHubOptions
{
    /// <value>Default: none.</value>
    public IHubTokenSource? Token { get; init; }

    /// <summary>Send the credential in the clear, over a network where others may read it.</summary>
    /// <value>Default: false; a credential then goes over https, or to this machine.</value>
    public bool AllowInsecureCredential { get; init; }

    /// <summary>
    /// The SHA-256 fingerprint, in hexadecimal, of the only certificate that is the hub's: for one that no authority has signed.
    /// </summary>
    /// <value>Default: none; the machine's authorities decide.</value>
    public string? CertificateFingerprint { get; init; }

    /// <summary>How long a call that is neither a wait nor a stream may take, and each part of a history; a purge has longer. Then it ends as DEADLINE_EXCEEDED, whether the hub says so or says nothing.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to go on trying while the hub cannot be reached. Completions of work are tried until the hub takes them.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A stream of work that is silent for so long is dead. Hubs send a sign of life at least every 30 seconds.</summary>
    /// <value>Default: 120 seconds.</value>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The pause before the first attempt to connect again; each further one is up to twice as long. The pauses are random between 0 and that.</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan ReconnectAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest of these pauses.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan ReconnectAtMostAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest message that is taken.</summary>
    /// <value>Default: 64 MiB.</value>
    public int MaximumMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>A completion larger than this is sent in parts. Other hubs take 4 MB at a time.</summary>
    /// <value>Default: 3.5 MiB.</value>
    public int CompletionPartBytes { get; init; } = 7 * 512 * 1024;
}
