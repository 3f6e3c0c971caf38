using System.Runtime.CompilerServices;

namespace ClaudeCluster.Agent.Tests;

/// <summary>The real CLI for tests, from <c>tests/claude-cli</c> (<c>npm ci</c> there) or from CLAUDE_CLI_FOR_TESTS.</summary>
internal static class ClaudeCli
{
    private static readonly string SearchPath = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;

    public static ClaudeLocation Location { get; } = ClaudeLocator.Find(new ClaudeSearch(
        Environment.GetEnvironmentVariable("CLAUDE_CLI_FOR_TESTS") is { Length: > 0 } path ? path : Path.Combine(Here(), "../../claude-cli/node_modules/.bin/claude"),
        null,
        string.Empty));

    private static bool HasSandbox { get; } = OperatingSystem.IsLinux()
        && new[] { "bwrap", "socat" }.All(tool => ProgramPath.Find(tool, new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = SearchPath }) is not null);

    /// <summary>Skips the test, and says what is missing, where the CLI is not installed.</summary>
    public static void IsNeeded() =>
        Assert.SkipUnless(Location.Program is not null, "The Claude Code CLI is not installed for the tests: run `npm ci` in tests/claude-cli.");

    public static void SandboxIsNeeded()
    {
        IsNeeded();
        Assert.SkipUnless(HasSandbox, "The CLI's sandbox needs bubblewrap and socat: run `apt-get install bubblewrap socat`.");
    }

    public static ClaudeOptions Options(Uri model) => new()
    {
        Program = Location.Program!,
        Version = "2.1.330",
        Credential = new ClaudeCredential.ApiKey(Secret),
        BaseUrl = model,
        SearchPath = SearchPath,
        Sandbox = HasSandbox,
        MaxRetries = 0,
    };

    /// <summary>Looks like a key and stands in no request body.</summary>
    public const string Secret = "sk-ant-api03-planted-secret-7f3a";

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
