using System.Collections.Concurrent;

namespace ClaudeCluster.Agent;

/// <summary>
/// The bare copy of one repository that all its attempts on this PC share. The source's branches stand under
/// <c>refs/remotes/origin</c>; there are no others. One at a time changes it, across processes too.
/// </summary>
/// <remarks>
/// Coders and tests run as our user and can write in it, as long as no sandbox hides it from them. Whatever git would obey is put right
/// before each use. What is not found out is an object whose content was exchanged under its name: git does not look whether they fit.
/// </remarks>
internal sealed class Mirror(Git git, string folder, TimeProvider time, bool isPartial = false)
{
    // Everything that git could run or send elsewhere would be configured here, so the file is written anew before each use.
    private const string Config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
    private const string Head = "ref: refs/heads/none\n";

    private static readonly string[] OwnFiles = ["HEAD", "config", "packed-refs"];
    private static readonly string[] OwnFolders = ["lfs", "objects", "refs", "worktrees"];

    private static readonly TimeSpan LongestFetch = TimeSpan.FromMinutes(30);
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> InProcess = new(StringComparer.Ordinal);

    private readonly PartialCopy _partial = new(git, folder);
    private readonly MirrorUpkeep _upkeep = new(git, folder, time);

    public string Folder => folder;

    /// <summary>See <see cref="Spares"/>.</summary>
    public string SparesFolder => Path.ChangeExtension(folder, ".spares");

    public GitPlace Place(string mark) => new(folder, mark);

    /// <summary>Works on the mirror as the source is now. A mirror that turns out to be broken is built anew, once.</summary>
    public async Task<T> UseFreshAsync<T>(GitSource source, string mark, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var taken = await TakeAsync(cancellationToken);
        try
        {
            await RefreshAsync(source, mark, cancellationToken);
            return await work();
        }
        catch (GitException failure) when (!PassingTrouble.Is(failure))
        {
            if (await IsHealthyAsync(isPartial ? Place(mark) with { Lender = source.Address } : Place(mark), cancellationToken))
                throw;
            FolderRemoval.Remove(folder);
            await RefreshAsync(source, mark, cancellationToken);
            return await work();
        }
    }

    /// <summary>The files of these commits are here. Only for who holds the mirror.</summary>
    public Task CompleteAsync(GitSource source, string mark, IEnumerable<CommitId> commits, CancellationToken cancellationToken) =>
        isPartial ? _partial.FetchFilesAsync(source, Place(mark), commits, cancellationToken) : Task.CompletedTask;

    /// <summary>Works on the mirror with this commit in it; the source is asked only if it is not there yet.</summary>
    public async Task UseWithAsync(GitSource source, string mark, CommitId commit, Func<Task> work, CancellationToken cancellationToken)
    {
        using var taken = await TakeAsync(cancellationToken);
        if (Directory.Exists(folder))
            Restore();
        if (!await HasAsync(commit, mark, cancellationToken))
            await RefreshAsync(source, mark, cancellationToken);
        // On no branch, and nevertheless what the repository names.
        if (!await HasAsync(commit, mark, cancellationToken))
            await git.RunAsync(await source.ContactAsync(Place(mark), cancellationToken), ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--", source.Address, commit.Value], cancellationToken);
        await work();
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

    /// <summary>When it was last used; the oldest time for one that never was.</summary>
    public DateTime LastUsed => File.GetLastWriteTimeUtc(LockFile);

    /// <summary>Makes room on the disk.</summary>
    /// <returns>False: somebody uses it.</returns>
    public bool TryRemove()
    {
        var gate = InProcess.GetOrAdd(folder, _ => new SemaphoreSlim(1));
        if (!gate.Wait(0, CancellationToken.None))
            return false;
        try
        {
            using var taken = FileLock.TryTake(LockFile);
            if (taken is null || HasWorkTreesInUse())
                return false;
            FolderRemoval.Remove(SparesFolder);
            FolderRemoval.Remove(folder);
            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    private string LockFile => $"{folder}.lock";

    /// <summary>Between two commands an attempt does not hold the mirror, but its work tree is remembered here, and it holds its own lock.</summary>
    private bool HasWorkTreesInUse()
    {
        var worktrees = new DirectoryInfo(Path.Combine(folder, "worktrees"));
        return worktrees.Exists && worktrees.EnumerateFiles("gitdir", SearchOption.AllDirectories).Any(file =>
        {
            // …/attempts/{attempt}/work/.git
            var attempt = Path.GetDirectoryName(Path.GetDirectoryName(File.ReadAllText(file.FullName).Trim()));
            if (attempt is null || !File.Exists($"{attempt}.lock"))
                return false;
            using var taken = FileLock.TryTake($"{attempt}.lock");
            return taken is null;
        });
    }

    private async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        // A file lock alone would do, but within a process waiting can be without looking again and again.
        var gate = InProcess.GetOrAdd(folder, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            var taken = new Taken(gate, await FileLock.TakeAsync(LockFile, LongestFetch, time, cancellationToken));
            File.SetLastWriteTimeUtc(LockFile, time.GetUtcNow().UtcDateTime);
            return taken;
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    private async Task RefreshAsync(GitSource source, string mark, CancellationToken cancellationToken)
    {
        // What it does not have it could not tell from damage.
        if (!isPartial && _partial.IsPartial)
            FolderRemoval.Remove(folder);
        if (Directory.Exists(folder))
            Restore();
        else
            await CreateAsync(mark, cancellationToken);
        var (place, from) = isPartial ? (Place(mark) with { Lender = source.Address }, PartialCopy.Remote) : (Place(mark), source.Address);
        await git.RunAsync(
            await source.ContactAsync(place, cancellationToken),
            ["fetch", "--quiet", "--prune", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--", from, "+refs/heads/*:refs/remotes/origin/*"],
            cancellationToken);
        // What a partial copy lacks on purpose git would have to be told of.
        if (!isPartial)
            await _upkeep.PackAsync(mark, cancellationToken);
    }

    private async Task<bool> HasAsync(CommitId commit, string mark, CancellationToken cancellationToken) =>
        Directory.Exists(folder) && await git.TryAsync(Place(mark), ["cat-file", "-e", $"{commit.Value}^{{commit}}"], cancellationToken) is not null;

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

    /// <summary>
    /// Nothing stays but what we keep in a mirror: no lock of a git that was killed (whoever holds the mirror is alone in it), no hooks, and none of the
    /// files by which git would take objects, attributes, ignored names or even its configuration from elsewhere.
    /// </summary>
    private void Restore()
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !IsOurs(entry)).ToList())
            FolderRemoval.Remove(entry.FullName);
        RestoreFile("config", Config);
        RestoreFile("HEAD", Head);
        FolderRemoval.Remove(Path.Combine(folder, "objects", "info"));
        _upkeep.RemoveUnfinished();
        RestoreRefs(Directory.CreateDirectory(Path.Combine(folder, "refs")));
        var worktrees = new DirectoryInfo(Path.Combine(folder, "worktrees"));
        foreach (var worktree in worktrees.Exists ? worktrees.EnumerateDirectories() : [])
            FolderRemoval.Remove(Path.Combine(worktree.FullName, "locked"));
    }

    private static bool IsOurs(FileSystemInfo entry) =>
        entry.LinkTarget is null && (entry is DirectoryInfo ? OwnFolders : OwnFiles).Contains(entry.Name, StringComparer.Ordinal);

    private static void RestoreRefs(DirectoryInfo refs)
    {
        foreach (var entry in refs.EnumerateFileSystemInfos().Where(entry => entry.Name != "remotes").ToList())
            FolderRemoval.Remove(entry.FullName);
        var remotes = new DirectoryInfo(Path.Combine(refs.FullName, "remotes"));
        foreach (var file in remotes.Exists ? remotes.EnumerateFiles("*.lock", SearchOption.AllDirectories).ToList() : [])
            file.Delete();
    }

    private void RestoreFile(string name, string text)
    {
        var file = Path.Combine(folder, name);
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return;
        // In one move, because another attempt's git may be reading it.
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private async Task<bool> IsHealthyAsync(GitPlace place, CancellationToken cancellationToken) =>
        await git.TryAsync(place, ["rev-parse", "--is-bare-repository"], cancellationToken) == "true\n"
        && await git.TryAsync(place, ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"], cancellationToken) is not null;

    private sealed class Taken(SemaphoreSlim gate, IDisposable file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            gate.Release();
        }
    }
}
