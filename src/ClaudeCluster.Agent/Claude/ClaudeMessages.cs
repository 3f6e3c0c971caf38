namespace ClaudeCluster.Agent;

/// <summary>What a person is told to do; <c>doctor</c> and the outcomes say the same.</summary>
internal static class ClaudeMessages
{
    public const string NotFound = "Claude Code CLI not found";

    public const string HowToInstall =
        "Install it with `npm install -g @anthropic-ai/claude-code`, and set `claude.path` or CLAUDE_CODE_CLI_PATH if it is not on the PATH.";

    public const string HowToUpdate = "Update it with `npm install -g @anthropic-ai/claude-code@latest`: this version lacks an option that the agent needs.";

    public const string HowToLogIn = "Set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN (made by `claude setup-token`) for the agent.";

    public const string HowToSandbox = "Install the sandbox with `apt-get install bubblewrap socat`, or switch it off explicitly with `sandbox: { enabled: false }`.";

    public const string HowToChooseModel = "Set `claude.model` to a model that this account may use.";
}
