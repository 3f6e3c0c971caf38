using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>What tests and scripts of an attempt may see: the agent's base environment, and a home of the attempt's own.</summary>
internal static partial class AttemptEnvironment
{
    public static IReadOnlyDictionary<string, string> For(AgentOptions options, string scratch)
    {
        var environment = options.Environment
            .Where(variable => !Secret().IsMatch(variable.Key))
            .ToDictionary(variable => variable.Key, variable => variable.Value, StringComparer.Ordinal);
        environment["HOME"] = Folder(scratch, "home");
        environment["TMPDIR"] = Folder(scratch, "tmp");
        environment.TryAdd("LANG", "C.UTF-8");
        // Test runners that would wait for a key see that nobody is there.
        environment["CI"] = "true";
        return environment;
    }

    /// <summary>What a sandbox shows as <c>/tmp</c>.</summary>
    public static string SystemTemporary(string scratch) => Folder(scratch, "system-tmp");

    private static string Folder(string scratch, string name) => Directory.CreateDirectory(Path.Combine(scratch, name)).FullName;

    // The composition root gives no secrets; should one slip in, it ends here.
    [GeneratedRegex("TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|_KEY$|_PAT$|_AUTH$|_DSN$|(?:DATABASE|REDIS)_URL$|CONNECTION_?STRING|KUBECONFIG|^GITHUB_|^GH_|^GIT_|^ACTIONS_|^SSH_|^AWS_|^AZURE_|^ANTHROPIC_|^CLAUDE_", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();
}
