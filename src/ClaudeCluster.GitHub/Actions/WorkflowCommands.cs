namespace ClaudeCluster.GitHub;

/// <summary>
/// PURE. What a step of a GitHub Actions job prints to steer its runner. Everything that comes from elsewhere, such as a coder's output,
/// must stand between <see cref="Stop"/> and <see cref="Resume"/>: else a model could print a command of its own.
/// </summary>
public static class WorkflowCommands
{
    /// <summary>The runner shows asterisks in the text's place from now on.</summary>
    public static IEnumerable<string> Mask(string secret) => secret.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => $"::add-mask::{Data(line)}");

    /// <summary>The runner reads no more commands until the token comes back. The token must not be guessable.</summary>
    public static string Stop(string token) => $"::stop-commands::{token}";

    public static string Resume(string token) => $"::{token}::";

    public static string Notice(string title, string message) => Annotation("notice", title, message);

    public static string Warning(string title, string message) => Annotation("warning", title, message);

    public static string Error(string title, string message) => Annotation("error", title, message);

    private static string Annotation(string kind, string title, string message) => $"::{kind} title={Property(title)}::{Data(message)}";

    private static string Data(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
