using System.Text.Json;

namespace ClaudeCluster.Agent;

/// <summary>What <c>doctor</c> says about the CLI, by asking it; no request leaves the PC.</summary>
/// <param name="Version"><c>2.1.330</c>; null if it did not say.</param>
/// <param name="Problem">Why it cannot be used; null: it can. Whether the credential is good only a request can tell.</param>
public sealed record ClaudeInstallation(ClaudeLocation Location, string? Version, AttemptOutcome? Problem)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks for version, options and login.</summary>
    /// <param name="options">Null: the login is not asked for.</param>
    /// <param name="scratch">A folder for the CLI's home; the caller deletes it.</param>
    public static async Task<ClaudeInstallation> InspectAsync(
        ClaudeLocation location, ClaudeOptions? options, string scratch, TimeProvider time, CancellationToken cancellationToken)
    {
        if (location.Program is not { } program)
            return new ClaudeInstallation(location, null, location.Problem);
        var folders = new ClaudeFolders(scratch);
        folders.Create();
        var asked = options ?? new ClaudeOptions { Program = program, Credential = new ClaudeCredential.ConfigFolder(folders.Config), SearchPath = string.Empty };
        Task<ChildResult> AskAsync(params string[] arguments) => ChildProcess.RunAsync(
            new ChildCommand
            {
                Program = program,
                Arguments = arguments,
                Folder = folders.Temporary,
                Environment = ClaudeEnvironment.Build(folders, asked),
                Mark = scratch,
                WallTime = Patience,
                TailBytes = 256 * 1024,
            },
            time,
            cancellationToken);

        var version = ReadVersion((await AskAsync("--version")).Output);
        if (version is null)
            return new ClaudeInstallation(location, null, new AttemptOutcome.HostNotReady($"{program} --version does not answer like Claude Code.", ClaudeMessages.HowToInstall));
        if (!(await AskAsync("--help")).Output.Contains("--restricted", StringComparison.Ordinal))
            return new ClaudeInstallation(location, version, new AttemptOutcome.HostNotReady($"Claude Code {version} has no option --restricted.", ClaudeMessages.HowToUpdate));
        if (options is not null && !IsLoggedIn((await AskAsync("auth", "status")).Output))
            return new ClaudeInstallation(location, version, new AttemptOutcome.NotAuthenticated($"Claude Code is not logged in. {ClaudeMessages.HowToLogIn}"));
        return new ClaudeInstallation(location, version, null);
    }

    /// <summary><c>2.1.330 (Claude Code)</c> → <c>2.1.330</c>.</summary>
    internal static string? ReadVersion(string output)
    {
        var words = output.Trim().Split(' ', 2);
        return words is [var version, var name] && name.Contains("Claude Code", StringComparison.Ordinal) && System.Version.TryParse(version.Split('-')[0], out _) ? version : null;
    }

    private static bool IsLoggedIn(string status)
    {
        try
        {
            using var json = JsonDocument.Parse(status);
            return json.RootElement.Child("loggedIn").ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
