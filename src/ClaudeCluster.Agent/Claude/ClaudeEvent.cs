namespace ClaudeCluster.Agent;

/// <summary>What we read of the CLI's output. It says much more; what nobody here asks for is not read.</summary>
internal abstract record ClaudeEvent
{
    private ClaudeEvent()
    {
    }

    /// <summary><c>system/init</c>, once per turn, and not always the first line: what the run was really given.</summary>
    public sealed record Started(
        string Session, string Version, string Model, string PermissionMode, IReadOnlyList<string> Tools, IReadOnlyList<string> McpServers) : ClaudeEvent;

    /// <summary>An answer of the model; the CLI tells each of its parts under the same id.</summary>
    public sealed record Answered(string Id, long InputTokens, long OutputTokens) : ClaudeEvent;

    /// <param name="Tool">Its name.</param>
    /// <param name="Target">The file or command, for people.</param>
    public sealed record ToolUsed(string Tool, string Target) : ClaudeEvent;

    /// <summary>The CLI tries a request again by itself.</summary>
    /// <param name="Status">The HTTP status; null: the network.</param>
    public sealed record Retrying(int Attempt, int Most, TimeSpan Delay, int? Status) : ClaudeEvent;

    /// <summary>Only with a subscription login.</summary>
    public sealed record UsageLimit(bool IsRejected, string Kind, DateTimeOffset? ResetsAt) : ClaudeEvent;

    /// <summary>An assistant message that the CLI made up to say that the API failed.</summary>
    /// <param name="Error">The CLI's word: <c>authentication_failed</c>, <c>rate_limit</c>, …</param>
    public sealed record ApiFailed(string Error, int? Status, string Text) : ClaudeEvent;

    /// <summary>The end of a turn; the last one counts. <c>subtype: success</c> says nothing about success: see <see cref="ClaudeFailures"/>.</summary>
    public sealed record Result : ClaudeEvent
    {
        public string Subtype { get; init; } = string.Empty;

        public bool IsError { get; init; }

        public string TerminalReason { get; init; } = string.Empty;

        public string StopReason { get; init; } = string.Empty;

        public int? ApiErrorStatus { get; init; }

        /// <summary>The closing words, or the failure's text.</summary>
        public string Text { get; init; } = string.Empty;

        public IReadOnlyList<string> DeniedTools { get; init; } = [];

        public string? Session { get; init; }

        public int Turns { get; init; }

        public long InputTokens { get; init; }

        public long OutputTokens { get; init; }

        /// <summary>Of the whole session so far, earlier runs of it included.</summary>
        public decimal SessionUsd { get; init; }
    }
}
