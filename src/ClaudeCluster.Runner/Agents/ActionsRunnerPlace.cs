namespace ClaudeCluster.Runner;

/// <summary>
/// GitHub's self-hosted runner on this PC. It runs as the agent's user, and whoever reads its files can take its jobs.
/// <code>
///   runner/            .runner  .credentials  .credentials_rsaparams  .env
///   runner/_work/      _temp = RUNNER_TEMP    _tool = RUNNER_TOOL_CACHE    shop/shop = GITHUB_WORKSPACE
/// </code>
/// </summary>
internal sealed class ActionsRunnerPlace
{
    private const string Mark = ".runner";
    private static readonly string[] Secrets = [Mark, ".credentials", ".credentials_rsaparams", ".env", ".path"];
    private static readonly string[] JobFolders = ["RUNNER_TEMP", "RUNNER_WORKSPACE", "GITHUB_WORKSPACE"];

    /// <param name="beside">Where a runner lies side by side with the agent's folders, though this process is none of its jobs.</param>
    public ActionsRunnerPlace(Func<string, string?> variable, IEnumerable<string> beside)
    {
        Folders = variable("GITHUB_ACTIONS") == "true" ? [.. JobFolders.Select(variable).OfType<string>()] : [];
        var tools = variable("GITHUB_ACTIONS") == "true" ? variable("RUNNER_TOOL_CACHE") : null;
        Tools = tools is null ? [] : [tools];
        Files = [.. Folders.SelectMany(Above).Concat(beside.SelectMany(Below)).Where(IsRunners).Distinct(StringComparer.Ordinal).SelectMany(FilesOf)];
    }

    /// <summary>The job's own; a checkout there may hold a token.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>What earlier steps of the job have installed, such as a compiler; it is on the PATH.</summary>
    public IReadOnlyList<string> Tools { get; }

    /// <summary>The runner's credentials.</summary>
    public IReadOnlyList<string> Files { get; }

    private static bool IsRunners(string folder) => File.Exists(Path.Combine(folder, Mark));

    private static IEnumerable<string> FilesOf(string folder) => Secrets.Select(name => Path.Combine(folder, name)).Where(File.Exists);

    private static IEnumerable<string> Above(string folder)
    {
        for (var above = folder; above is not null; above = Path.GetDirectoryName(above))
            yield return above;
    }

    private static IEnumerable<string> Below(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None })
        : [];
}
