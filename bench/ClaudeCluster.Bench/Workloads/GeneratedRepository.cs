using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>A repository of 20,000 commits and 5,000 files, written by git's fast import, behind a <c>file://</c> address: git does all it does over a network.</summary>
internal sealed class GeneratedRepository
{
    public const string Branch = "main";

    private const int Files = 5_000;
    private const int Commits = 20_000;
    private const int FilesOfLaterCommit = 10;

    private readonly string _folder;
    private int _commits;

    private GeneratedRepository(string folder) => _folder = folder;

    public string Url => $"file://{_folder}";

    public static async Task<GeneratedRepository> CreateAsync(string folder, CancellationToken cancellation)
    {
        var repository = new GeneratedRepository(Directory.CreateDirectory(folder).FullName);
        await GitAsync(folder, ["init", "--quiet", "--bare", $"--initial-branch={Branch}"], cancellation);
        await repository.ImportAsync(
            async import =>
            {
                await repository.CommitAsync(import, Enumerable.Range(0, Files), isFirst: true);
                for (var commit = 1; commit < Commits; commit++)
                    await repository.CommitAsync(import, [commit * 7919 % Files], isFirst: false);
            },
            cancellation);
        await GitAsync(folder, ["repack", "-a", "-d", "--quiet"], cancellation);
        return repository;
    }

    /// <summary>One more commit, as somebody else would push it.</summary>
    public Task CommitAsync(CancellationToken cancellation) => ImportAsync(
        async import =>
        {
            await import.WriteAsync($"reset refs/heads/{Branch}\nfrom refs/heads/{Branch}^0\n\n");
            await CommitAsync(import, Enumerable.Range(0, FilesOfLaterCommit).Select(i => ((_commits * 31) + i) % Files), isFirst: false);
        },
        cancellation);

    public static async Task GitAsync(string folder, string[] arguments, CancellationToken cancellation)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder })!;
        await EndAsync(git, cancellation);
    }

    private async Task ImportAsync(Func<StreamWriter, Task> write, CancellationToken cancellation)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["fast-import", "--quiet"]) { WorkingDirectory = _folder, RedirectStandardInput = true })!;
        git.StandardInput.NewLine = "\n";
        await write(git.StandardInput);
        git.StandardInput.Close();
        await EndAsync(git, cancellation);
    }

    private async Task CommitAsync(StreamWriter import, IEnumerable<int> files, bool isFirst)
    {
        var number = ++_commits;
        await import.WriteAsync(Invariant($"commit refs/heads/{Branch}\ncommitter Bench <bench@example.org> {1_600_000_000 + number} +0000\ndata 4\nmore\n"));
        foreach (var file in files)
        {
            var text = string.Concat(Enumerable.Range(0, 20).Select(line => Invariant($"line {line} of file {file}, some words that stand there {(line == number % 20 && !isFirst ? number : 0)}\n")));
            await import.WriteAsync(Invariant($"M 644 inline folder{file % 50}/inner{file % 7}/file{file}.txt\ndata {text.Length}\n{text}\n"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task EndAsync(Process git, CancellationToken cancellation)
    {
        await git.WaitForExitAsync(cancellation);
        if (git.ExitCode != 0)
            throw new InvalidOperationException($"git ended with exit code {git.ExitCode}.");
    }
}
