using System.Runtime.CompilerServices;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner.Tests;

/// <summary>The real CLI, from <c>tests/claude-cli</c> (<c>npm ci</c> there) or from CLAUDE_CLI_FOR_TESTS.</summary>
internal static class RealClaude
{
    /// <summary>Skips the test, and says what is missing, where the CLI or its sandbox is not installed.</summary>
    public static string Path()
    {
        var cli = Environment.GetEnvironmentVariable("CLAUDE_CLI_FOR_TESTS") is { Length: > 0 } given ? given : System.IO.Path.Combine(Here(), "../../claude-cli/node_modules/.bin/claude");
        Assert.SkipUnless(
            ClaudeLocator.Find(new ClaudeSearch(cli, FromEnvironment: null, SearchPath: string.Empty)).Program is not null,
            "The Claude Code CLI is not installed for the tests: run `npm ci` in tests/claude-cli.");
        var path = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? string.Empty };
        Assert.SkipUnless(
            ProgramPath.Find("bwrap", path) is not null && ProgramPath.Find("socat", path) is not null,
            "The CLI's sandbox needs bubblewrap and socat: run `apt-get install bubblewrap socat`.");
        return System.IO.Path.GetFullPath(cli);
    }

    private static string Here([CallerFilePath] string here = "") => System.IO.Path.GetDirectoryName(here)!;
}
