using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>From this machine's environment to how Claude Code is run on it.</summary>
internal static class ClaudeSetup
{
    public static ClaudeLocation Find(HostEnvironment host) =>
        ClaudeLocator.Find(new ClaudeSearch(Configured: null, host.Variable("CLAUDE_CODE_CLI_PATH"), host.Variable("PATH") ?? string.Empty));

    /// <summary>The options of a run, with the CLI where it should be, whether or not it is there.</summary>
    /// <param name="hidden">Folders that the model's commands cannot read, beside the user's home.</param>
    public static ClaudeOptions Options(HostEnvironment host, IReadOnlyList<string> hidden, bool isSandboxed, string? version = null) => new()
    {
        Program = Find(host).Program ?? "claude",
        Version = version ?? string.Empty,
        Credential = Credential(host),
        BaseUrl = Uri.TryCreate(host.Variable("ANTHROPIC_BASE_URL"), UriKind.Absolute, out var url) ? url : null,
        SearchPath = host.Variable("PATH") ?? string.Empty,
        HiddenFolders = [.. hidden.Append(host.Variable("HOME")).OfType<string>().Where(folder => folder is not "/").Distinct(StringComparer.Ordinal)],
        ReadableFolders = [.. new[] { host.Variable("DOTNET_ROOT") }.OfType<string>()],
        Sandbox = isSandboxed,
    };

    /// <summary>The sandbox around the CLI and around the tests, which run what the model wrote.</summary>
    public static SandboxOptions Sandbox(HostEnvironment host, IReadOnlyList<string> hidden)
    {
        var claude = Options(host, hidden, isSandboxed: true);
        return new SandboxOptions
        {
            HiddenFolders = claude.HiddenFolders,
            ReadableFolders = claude.ReadableFolders,
            TestNetwork = host.Variable("CLAUDE_CLUSTER_TEST_NETWORK") switch { "on" => TestNetwork.On, "off" => TestNetwork.Off, _ => TestNetwork.Policy },
        };
    }

    /// <exception cref="HostNotReadyException">It is not there, too old, or not logged in.</exception>
    public static async Task<ClaudeCoder> CoderAsync(HostEnvironment host, IReadOnlyList<string> hidden, AgentOptions agent, CancellationToken cancellationToken)
    {
        const bool isSandboxed = true;
        var inspected = await InspectAsync(host, hidden, isSandboxed, cancellationToken);
        return inspected.Problem switch
        {
            null => new ClaudeCoder(Options(host, hidden, isSandboxed, inspected.Version), host.Time, agent),
            AttemptOutcome.HostNotReady problem => throw new HostNotReadyException(problem.Detail, problem.Fix),
            AttemptOutcome problem => throw new HostNotReadyException(OutcomeText.Describe(problem), "'claude-cluster doctor' tells more."),
        };
    }

    public static async Task<ClaudeInstallation> InspectAsync(HostEnvironment host, IReadOnlyList<string> hidden, bool isSandboxed, CancellationToken cancellationToken)
    {
        var scratch = ScratchFolder.Create();
        try
        {
            return await ClaudeInstallation.InspectAsync(Find(host), Options(host, hidden, isSandboxed), scratch.FullName, host.Time, cancellationToken);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    // The CLI itself prefers a key to a token, and both to a login.
    private static ClaudeCredential Credential(HostEnvironment host)
    {
        if (host.Variable("ANTHROPIC_API_KEY") is { } key)
            return new ClaudeCredential.ApiKey(key);
        if (host.Variable("CLAUDE_CODE_OAUTH_TOKEN") is { } token)
            return new ClaudeCredential.OAuthToken(token);
        return new ClaudeCredential.ConfigFolder(host.Variable("CLAUDE_CONFIG_DIR") ?? Path.Combine(host.Variable("HOME") ?? host.TemporaryFolder, ".claude"));
    }
}
