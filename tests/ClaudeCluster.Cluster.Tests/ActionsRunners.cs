using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>Self-hosted runners: a process that reads the repository's workflow files and runs their jobs (npm, in <c>tests/workflows</c>).</summary>
internal static class ActionsRunners
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string Workflow(string name) => File.ReadAllText(Path.Combine(Here(), "../../.github/workflows", name));

    public static void SkipUnlessSetUp() =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules", "@actions")), "GitHub's reader of workflow files is not installed. Run 'npm ci --ignore-scripts' in tests/workflows (./test does it).");

    /// <summary>Starts them, and waits until all are online.</summary>
    public static async Task<RealProcess> StartAsync(Playground playground, Uri gitHub, params IReadOnlyList<SelfHosted> runners)
    {
        foreach (var runner in runners)
            Directory.CreateDirectory(runner.Folder);
        playground.Write("runners.json", JsonSerializer.Serialize(runners, Json));
        var process = playground.StartProgram("node", "--import", Path.Combine(Folder, "json-modules.mjs"), Path.Combine(Folder, "runners.mjs"), gitHub.AbsoluteUri.TrimEnd('/'), playground.At("runners.json"));
        await process.SaysAsync("runners are online");
        return process;
    }

    private static string Folder => Path.GetFullPath(Path.Combine(Here(), "../workflows"));

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}

/// <summary>A runner as its PC's administrator set it up.</summary>
/// <param name="Repository">Where it is registered.</param>
/// <param name="Name">As people see it.</param>
/// <param name="Labels">All that it has.</param>
/// <param name="Folder">Its own.</param>
/// <param name="Env">What its <c>.env</c> file and its service give to every job.</param>
internal sealed record SelfHosted(string Repository, string Name, IReadOnlyList<string> Labels, string Folder, IReadOnlyDictionary<string, string> Env);
