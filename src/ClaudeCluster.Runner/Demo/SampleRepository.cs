using System.Globalization;
using System.Reflection;
using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>
/// The demo's folder: <c>repository</c> (a git repository with a failing test), <c>event.json</c> (the issue, as GitHub would
/// send it), <c>coder-script.yml</c> and <c>cluster</c> (hub file, pull request, comment) and <c>agent</c> (clones). The event is written last, so a
/// folder that has one is whole; a folder without our mark is never touched.
/// </summary>
internal sealed class SampleRepository
{
    private const string Mark = ".claude-cluster-demo";
    private const string Finished = "finished";

    private SampleRepository(string folder, bool goesOn)
    {
        Folder = folder;
        GoesOn = goesOn;
    }

    public string Folder { get; }

    /// <summary>An unfinished demo was found.</summary>
    public bool GoesOn { get; }

    public string Repository => Path.Combine(Folder, "repository");

    public string EventFile => Path.Combine(Folder, "event.json");

    public string ScriptFile => Path.Combine(Folder, "coder-script.yml");

    public string StateFolder => Path.Combine(Folder, "cluster");

    public string AgentRoot => Path.Combine(Folder, "agent");

    public static async Task<SampleRepository> OpenAsync(string folder, HostEnvironment host, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, Mark)))
            throw new BadInputException($"--folder {folder}", "The folder is not empty, and no demo made it.", "Give another folder, or one that does not exist.");
        var goesOn = File.Exists(Path.Combine(folder, "event.json")) && !File.Exists(Path.Combine(folder, Finished));
        var sample = new SampleRepository(folder, goesOn);
        if (!goesOn)
            await sample.MakeAsync(host, cancellationToken);
        return sample;
    }

    public void MarkFinished() => File.WriteAllText(Path.Combine(Folder, Finished), string.Empty);

    private async Task MakeAsync(HostEnvironment host, CancellationToken cancellationToken)
    {
        Clear();
        await WriteResourcesAsync("Sample/", Repository, cancellationToken);
        await WriteResourcesAsync("coder-script.yml", Folder, cancellationToken);

        var git = host.Git();
        var place = new GitPlace(Path.Combine(Repository, ".git"), Folder) { WorkTree = Repository };
        await git.RunAsync(place, ["init", "--quiet", "--template=", "--initial-branch=main"], cancellationToken);
        await git.RunAsync(place, ["add", "--all"], cancellationToken);
        await git.RunAsync(place, ["commit", "--quiet", "--message=A greeting, with a test that fails"], cancellationToken);
        await AtomicFile.WriteAsync(EventFile, await LabelledIssueAsync(host.Time.GetUtcNow(), cancellationToken), cancellationToken);
    }

    private void Clear()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, Mark), "This folder belongs to 'claude-cluster demo', which deletes what is in it.\n");
        File.Delete(EventFile);
        foreach (var entry in new DirectoryInfo(Folder).EnumerateFileSystemInfos().Where(entry => entry.Name != Mark))
        {
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
    }

    private static async Task WriteResourcesAsync(string prefix, string folder, CancellationToken cancellationToken)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var path = Path.Combine(folder, name == prefix ? name : name[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var resource = assembly.GetManifestResourceStream(name)!;
            await using var file = File.Create(path);
            await resource.CopyToAsync(file, cancellationToken);
        }
    }

    private static async Task<string> LabelledIssueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("event.json")!);
        return (await reader.ReadToEndAsync(cancellationToken)).Replace("{now}", now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
