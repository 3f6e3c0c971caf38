namespace ClaudeCluster.Agent;

/// <summary>With what the CLI logs in. It never prints its value.</summary>
public abstract record ClaudeCredential
{
    private ClaudeCredential()
    {
    }

    /// <summary><c>ANTHROPIC_API_KEY</c>.</summary>
    public sealed record ApiKey(string Value) : ClaudeCredential
    {
        public override string ToString() => "API key";
    }

    /// <summary><c>CLAUDE_CODE_OAUTH_TOKEN</c>, made by <c>claude setup-token</c>.</summary>
    public sealed record OAuthToken(string Value) : ClaudeCredential
    {
        public override string ToString() => "OAuth token";
    }

    /// <summary>A folder that <c>claude auth login</c> wrote. Its refresh token rotates, so no two PCs may share it.</summary>
    public sealed record ConfigFolder(string Path) : ClaudeCredential
    {
        public override string ToString() => $"login in {Path}";
    }
}
