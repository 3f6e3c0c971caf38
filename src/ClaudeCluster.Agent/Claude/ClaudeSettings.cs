using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. The settings file of one run: what the model may touch, and the sandbox around its commands. The CLI drops a file with a wrong type
/// without a word, unless the file has the key <c>sandbox</c>: then it refuses to start. So that key is always there.
/// </summary>
internal static class ClaudeSettings
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // People change these; the diff policy refuses them once more, whatever this file says.
    private static readonly string[] Denied =
    [
        "Edit(.github/workflows/**)", $"Edit({RepositoryPolicy.Path})", "Edit(.claude/**)", "Edit(.git/**)", "Edit(.mcp.json)", "Read(~/**)", "Bash(git push:*)",
        "WebFetch", "WebSearch",
    ];

    public static string Write(CoderJob job, ClaudeOptions options, IReadOnlyCollection<string> gitFolders)
    {
        var folders = ClaudeFolders.Of(job);
        var permissions = new JsonObject { ["deny"] = Strings(Denied) };
        if (!options.Sandbox)
            permissions["allow"] = Strings(["Bash"]);
        var settings = new JsonObject
        {
            ["permissions"] = permissions,
            ["sandbox"] = options.Sandbox ? Sandbox(job, options, folders, gitFolders) : new JsonObject { ["enabled"] = false },
            ["attribution"] = new JsonObject { ["commit"] = "", ["pr"] = "" },
            ["disableAllHooks"] = true,
            ["cleanupPeriodDays"] = 14,
        };
        return settings.ToJsonString(Indented);
    }

    private static JsonObject Sandbox(CoderJob job, ClaudeOptions options, ClaudeFolders folders, IReadOnlyCollection<string> gitFolders)
    {
        var hidden = new List<string>(options.HiddenFolders) { job.Scratch };
        if (job.Memory is { } memory)
            hidden.Add(memory);
        if (options.Credential is ClaudeCredential.ConfigFolder login)
            hidden.Add(login.Path);
        var filesystem = new JsonObject
        {
            ["denyRead"] = Strings(hidden),
            ["allowRead"] = Strings([job.Folder, folders.Temporary, .. gitFolders, .. options.ReadableFolders]),
        };
        // Of a linked work tree the CLI opens the shared git folder for writing: all attempts of the repository would see what one wrote there.
        if (gitFolders.Count > 0)
            filesystem["denyWrite"] = Strings(gitFolders);
        return new JsonObject
        {
            ["enabled"] = true,
            ["failIfUnavailable"] = true,
            ["autoAllowBashIfSandboxed"] = true,
            ["allowUnsandboxedCommands"] = false,
            ["network"] = new JsonObject { ["allowedDomains"] = new JsonArray() },
            ["filesystem"] = filesystem,
            ["credentials"] = new JsonObject
            {
                ["envVars"] = new JsonArray([.. ClaudeEnvironment.Secrets.Select(name => new JsonObject { ["name"] = name, ["mode"] = "deny" })]),
            },
        };
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Distinct(StringComparer.Ordinal).Select(value => JsonValue.Create(value))]);
}
