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
internal sealed class Mirror(Git git, string folder, TimeProvider time)
{
    // Everything that git could run or send elsewhere would be configured here, so the file is written anew before each use.
    private const string Config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
    private const string Head = "ref: refs/heads/none\n";

    private static readonly string[] OwnFiles = ["HEAD", "config", "packed-refs"];
    private static readonly string[] OwnFolders = ["objects", "refs", "worktrees"];

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
