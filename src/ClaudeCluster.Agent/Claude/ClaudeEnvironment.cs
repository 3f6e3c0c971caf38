using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>PURE. All variables that the CLI gets: an allow-list, never the agent's own environment.</summary>
internal static class ClaudeEnvironment
{
    /// <summary>Their values are never shown, and the sandbox takes them from the model's commands.</summary>
    public static IReadOnlyList<string> Secrets { get; } = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];

    public static IReadOnlyDictionary<string, string> Build(ClaudeFolders folders, ClaudeOptions options)
    {
        var environment = new SortedDictionary<string, string>(options.Environment.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["PATH"] = options.SearchPath,
            ["HOME"] = folders.Home,
            ["TMPDIR"] = folders.Temporary,
            ["LANG"] = "C.UTF-8",
            ["CLAUDE_CONFIG_DIR"] = options.Credential is ClaudeCredential.ConfigFolder login ? login.Path : folders.Config,
            // Nothing but the Messages API is called.
            ["DISABLE_TELEMETRY"] = "1",
            ["DISABLE_AUTOUPDATER"] = "1",
            ["DISABLE_ERROR_REPORTING"] = "1",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            // A background task would begin another turn after the result.
            ["CLAUDE_CODE_DISABLE_BACKGROUND_TASKS"] = "1",
            ["CLAUDE_CODE_MAX_RETRIES"] = options.MaxRetries.ToString(CultureInfo.InvariantCulture),
        };
        if (options.BaseUrl is { } url)
            environment["ANTHROPIC_BASE_URL"] = url.AbsoluteUri.TrimEnd('/');
        if (options.Credential is ClaudeCredential.ApiKey key)
            environment["ANTHROPIC_API_KEY"] = key.Value;
        if (options.Credential is ClaudeCredential.OAuthToken token)
            environment["CLAUDE_CODE_OAUTH_TOKEN"] = token.Value;
        return environment;
    }
}
