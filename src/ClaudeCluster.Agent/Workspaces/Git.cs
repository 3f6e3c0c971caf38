using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>Where a git command works. The folders are given to git by name, so that nothing in a work tree can point it elsewhere.</summary>
/// <param name="Repository">The git folder.</param>
/// <param name="Mark">Whose command it is; see <see cref="ChildCommand.Mark"/>.</param>
internal sealed record GitPlace(string Repository, string Mark)
{
    public string? WorkTree { get; init; }

    /// <summary>An index of our own instead of the work tree's, which a coder may have changed.</summary>
    public string? Index { get; init; }

    /// <summary>For the one command that is run here.</summary>
    public PushCredential? Credential { get; init; }

    /// <summary>Scheme, host and port that may get it, and nobody else.</summary>
    public string? CredentialFor { get; init; }

    /// <summary>The address of the source that sent the repository without the files of old commits, whose absence is then no damage.</summary>
    /// <value>Null: every file is there, or is not missed.</value>
    public string? Lender { get; init; }

    /// <summary>Null: files that git-lfs would keep elsewhere are left as they stand in the commit.</summary>
    public LargeFiles? LargeFiles { get; init; }
}

/// <summary>Runs git with nothing of the host's or the repository's configuration that could run code: no hooks, no prompts, no pagers.</summary>
public sealed partial class Git(AgentOptions options, TimeProvider time)
{
    private static readonly Version Oldest = new(2, 34);
    private static readonly TimeSpan WallTime = TimeSpan.FromMinutes(10);

    // Whole outputs are needed (a diff's file list); a larger one is an error, not a cut one.
    private const int MostOutputBytes = 64 * 1024 * 1024;

    private static readonly string[] Settings =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.untrackedCache=false", "gc.auto=0", "maintenance.auto=false",
        "submodule.recurse=false", "diff.ignoreSubmodules=all", "core.quotePath=false", "advice.detachedHead=false", "commit.gpgSign=false",
        // What a coder or a test may have written beside our git folder, or into it, to be believed by later commands.
        "core.attributesFile=/dev/null", "core.excludesFile=/dev/null", "core.commitGraph=false", "core.multiPackIndex=false",
    ];

    // The credential stands in the environment of this one git and of what it starts itself: in no argument, address, file or configuration. Git sends
    // it where it is asked for, so nobody may send git elsewhere.
    private const string User = "CLAUDE_CLUSTER_GIT_USER";
    private const string Secret = "CLAUDE_CLUSTER_GIT_SECRET";
    private const string Helper = $"!f() {{ test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"${User}\" \"${Secret}\"; }}; f";

    private Version? _version;

    /// <exception cref="HostNotReadyException">There is no git, or it is too old.</exception>
    public async Task<Version> ReadVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is not null)
            return _version;
        Directory.CreateDirectory(options.Root);
        var text = await RunAsync(null, options.Root, ["--version"], null, cancellationToken);
        if (!Version.TryParse(VersionNumber().Match(text).Value, out var version) || version < Oldest)
            throw new HostNotReadyException($"git is too old: {text.Trim()}.", $"Install git {Oldest} or newer.");
        return _version = version;
    }

    /// <summary>Runs one command and returns what it printed.</summary>
    /// <exception cref="GitException">It failed.</exception>
    /// <exception cref="HostNotReadyException">There is no git.</exception>
    internal Task<string> RunAsync(GitPlace place, string[] arguments, CancellationToken cancellationToken, string? input = null) =>
        RunAsync(place, place.WorkTree ?? place.Repository, arguments, input, cancellationToken);

    /// <summary>For a command whose exit code 1 is an answer too, such as a merge with conflicts.</summary>
    internal Task<string> AskAsync(GitPlace place, string[] arguments, CancellationToken cancellationToken) =>
        RunAsync(place, place.Repository, arguments, null, cancellationToken, oneIsAnAnswer: true);

    /// <returns>Null if the command failed.</returns>
    internal async Task<string?> TryAsync(GitPlace place, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(place, arguments, cancellationToken);
        }
        catch (GitException)
        {
            return null;
        }
    }

    private async Task<string> RunAsync(GitPlace? place, string folder, string[] arguments, string? input, CancellationToken cancellationToken, bool oneIsAnAnswer = false)
    {
        var result = await ChildProcess.RunAsync(
            new ChildCommand
            {
                Program = "git",
                Arguments = [.. SettingsFor(place).SelectMany(setting => new[] { "-c", setting }), .. Where(place), .. arguments],
                Folder = folder,
                Environment = EnvironmentOf(place),
                Mark = place?.Mark ?? folder,
                Input = input,
                WallTime = WallTime,
                LeavesNothing = true,
                TailBytes = MostOutputBytes,
            },
            time,
            cancellationToken);
        var command = $"git {string.Join(' ', arguments)}";
        return result.End switch
        {
            ChildEnd.NotStarted when Directory.Exists(folder) =>
                throw new HostNotReadyException($"git cannot be run: {result.Reason}", $"Install git {Oldest} or newer and put it on the agent's PATH."),
            ChildEnd.NotStarted => throw new GitException(command, null, result.Reason!),
            ChildEnd.Cancelled => throw new OperationCanceledException(cancellationToken),
            ChildEnd.Exited when result is { ExitCode: 0, IsOutputWhole: true } => result.Output,
            ChildEnd.Exited when oneIsAnAnswer && result is { ExitCode: 1, IsOutputWhole: true } => result.Output,
            ChildEnd.Exited when result.ExitCode == 0 => throw new GitException(command, 0, $"It printed more than {MostOutputBytes} bytes."),
            _ => throw new GitException(command, result.End == ChildEnd.Exited ? result.ExitCode : null, Tail(WithoutCredential(result.Error, place))),
        };
    }

    private static IEnumerable<string> SettingsFor(GitPlace? place) => Settings
        .Concat(place?.Credential is null ? [] : ["credential.helper=", $"credential.{place.CredentialFor}.helper={Helper}", "http.followRedirects=false"])
        .Concat(place?.Lender is { } lender ? PartialCopy.Settings(lender) : [])
        .Concat(place?.LargeFiles?.Settings ?? []);

    private static IEnumerable<string> Where(GitPlace? place)
    {
        if (place is null)
            yield break;
        yield return $"--git-dir={place.Repository}";
        if (place.WorkTree is not null)
            yield return $"--work-tree={place.WorkTree}";
    }

    private Dictionary<string, string> EnvironmentOf(GitPlace? place)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = options.Environment.GetValueOrDefault("PATH", string.Empty),
            ["HOME"] = options.Root,
            ["LC_ALL"] = "C",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_ATTR_NOSYSTEM"] = "1",
            // Else whoever can write a ref can show us other objects than those that we push.
            ["GIT_NO_REPLACE_OBJECTS"] = "1",
            // What is missing is asked for by name and at its time; see PartialCopy.
            ["GIT_NO_LAZY_FETCH"] = "1",
            // No configuration can add others; ext:: would run a command.
            ["GIT_ALLOW_PROTOCOL"] = "file:http:https:ssh",
            ["GIT_AUTHOR_NAME"] = options.GitName,
            ["GIT_AUTHOR_EMAIL"] = options.GitEmail,
            ["GIT_COMMITTER_NAME"] = options.GitName,
            ["GIT_COMMITTER_EMAIL"] = options.GitEmail,
        };
        if (place?.Index is { } index)
            environment["GIT_INDEX_FILE"] = index;
        if (place?.Credential is { } credential)
            (environment[User], environment[Secret]) = (credential.User, credential.Secret);
        return environment;
    }

    private static string WithoutCredential(string errors, GitPlace? place) =>
        place?.Credential is { } credential ? new Redaction([credential.Secret]).Apply(errors) : errors;

    private static string Tail(string errors) => errors.Length <= 4000 ? errors : "…" + errors[^4000..];

    [GeneratedRegex(@"[0-9]+\.[0-9]+(\.[0-9]+)?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionNumber();
}
