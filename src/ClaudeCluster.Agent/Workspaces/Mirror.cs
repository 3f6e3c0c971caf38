using System.Collections.Concurrent;

namespace ClaudeCluster.Agent;

/// <summary>
/// The bare copy of one repository that all its attempts on this PC share. The source's branches stand under
/// <c>refs/remotes/origin</c>, the attempts' own under <c>refs/heads</c>. One at a time changes it, across processes too.
/// </summary>
internal sealed class Mirror(Git git, string folder, TimeProvider time)
{
    // Everything that git could run or send elsewhere would be configured here, so the file is written anew before each use.
    private const string Config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";

    private static readonly string[] StaleLocks = ["packed-refs.lock", "config.lock", "shallow.lock", "HEAD.lock"];

    private static readonly TimeSpan LongestFetch = TimeSpan.FromMinutes(30);
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> InProcess = new(StringComparer.Ordinal);

    public string Folder => folder;

    public GitPlace Place(string mark) => new(folder, mark);

    /// <summary>Works on the mirror as the source is now. A mirror that turns out to be broken is built anew, once.</summary>
    public async Task<T> UseFreshAsync<T>(string source, string mark, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var taken = await TakeAsync(cancellationToken);
        try
        {
            await RefreshAsync(source, mark, cancellationToken);
            return await work();
        }
        catch (GitException)
        {
            if (await IsHealthyAsync(mark, cancellationToken))
                throw;
            FolderRemoval.Remove(folder);
            await RefreshAsync(source, mark, cancellationToken);
            return await work();
        }
    }

    /// <summary>Works on the mirror as it is. Does nothing if there is none.</summary>
    public async Task UseAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        using var taken = await TakeAsync(cancellationToken);
        if (!Directory.Exists(folder))
            return;
        Restore();
        await work();
    }

    private async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        // A file lock alone would do, but within a process waiting can be without looking again and again.
        var gate = InProcess.GetOrAdd(folder, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            return new Taken(gate, await FileLock.TakeAsync($"{folder}.lock", LongestFetch, time, cancellationToken));
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    private async Task RefreshAsync(string source, string mark, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
            Restore();
        else
            await CreateAsync(mark, cancellationToken);
        await git.RunAsync(
            Place(mark),
            ["fetch", "--quiet", "--prune", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--", source, "+refs/heads/*:refs/remotes/origin/*"],
            cancellationToken);
    }

    private async Task CreateAsync(string mark, CancellationToken cancellationToken)
    {
        // Made beside its place and then moved: after a crash there is a mirror or none, never half of one.
        var made = $"{folder}.new";
        FolderRemoval.Remove(made);
        Directory.CreateDirectory(made);
        await git.RunAsync(new GitPlace(made, mark), ["init", "--quiet", "--bare", "--template=", "--initial-branch=none"], cancellationToken);
        Directory.Move(made, folder);
        Restore();
    }

    /// <summary>Our own configuration, and no lock file of a git that was killed: whoever holds the mirror is alone in it.</summary>
    private void Restore()
    {
        RestoreConfig();
        FolderRemoval.Remove(Path.Combine(folder, "hooks"));
        var stale = StaleLocks.Select(name => Path.Combine(folder, name));
        var remotes = new DirectoryInfo(Path.Combine(folder, "refs", "remotes"));
        foreach (var file in stale.Concat(remotes.Exists ? remotes.EnumerateFiles("*.lock", SearchOption.AllDirectories).Select(file => file.FullName) : []))
            File.Delete(file);
    }

    private void RestoreConfig()
    {
        var file = Path.Combine(folder, "config");
        if (File.Exists(file) && File.ReadAllText(file) == Config)
            return;
        // In one move, because another attempt's git may be reading it.
        File.WriteAllText($"{file}.new", Config);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private async Task<bool> IsHealthyAsync(string mark, CancellationToken cancellationToken) =>
        await git.TryAsync(Place(mark), ["rev-parse", "--is-bare-repository"], cancellationToken) == "true\n"
        && await git.TryAsync(Place(mark), ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"], cancellationToken) is not null;

    private sealed class Taken(SemaphoreSlim gate, IDisposable file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            gate.Release();
        }
    }
}
