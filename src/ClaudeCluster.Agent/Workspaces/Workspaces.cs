using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>Where a repository is cloned from and pushed to: an absolute path or a URL without credentials.</summary>
public delegate string RepositorySource(RepositoryRef repository);

/// <summary>
/// The folders of this PC's attempts, all below <see cref="AgentOptions.Root"/>: <c>mirrors/{repository}.git</c> and
/// <c>attempts/{attempt}/</c> with <c>work</c>, <c>check</c>, <c>scratch</c>, <c>test-scratch</c>. A lock beside each attempt's folder tells work from leftovers.
/// What waits for the next attempt stands in <c>mirrors/{repository}.spares</c>; see <see cref="Spares"/>.
/// </summary>
public sealed partial class Workspaces(AgentOptions options, Git git, RepositorySource source, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>A fresh work tree at the head of the base branch, or at the earlier attempt's commit. Leftovers of this attempt go first.</summary>
    /// <exception cref="BadInputException">The repository or the branch has no commits.</exception>
    /// <exception cref="GitException">The repository cannot be fetched.</exception>
    /// <exception cref="HostNotReadyException">This PC has no usable git.</exception>
    public async Task<Workspace> OpenAsync(AgentTask task, CancellationToken cancellationToken)
    {
        await git.ReadVersionAsync(cancellationToken);
        if (!SafeName().IsMatch(task.AttemptId))
            throw new BadInputException("attempt id", $"'{task.AttemptId}' cannot be a folder's name.", "Use letters, digits, '-', '_' and '.'.");
        if (BranchName.Parse(task.AttemptBranch)?.Attempt is null)
            throw new BadInputException("attempt branch", $"'{task.AttemptBranch}' is no attempt's branch.", "An agent changes only branches such as claude/wip/12-1-a2.");
        var attempt = new AttemptFolder(AttemptsFolder, task.AttemptId);
        var taken = FileLock.TryTake(attempt.LockFile)
            ?? throw new IOException($"Another process of this PC works on {task.AttemptId} already.");
        var from = new GitSource(source(task.Repository), task, options.Credentials);
        var workspace = new Workspace(git, MirrorOf(task.Repository.Id.ToString(CultureInfo.InvariantCulture), options.PartialMirrors), attempt, from, taken, time)
        {
            Renewals = options.Sandbox is null ? null : Renewals.Of(options),
            Submodules = options.Submodules ? new Submodules(git, MirrorOf, from, attempt.Scratch) : null,
            Environment = options.Environment,
        };
        try
        {
            if (Directory.Exists(attempt.Root))
                await RemoveLeftoversAsync(attempt, time);
            new DiskRoom(options).Make(Mirrors(), AttemptFolder.All(AttemptsFolder));
            await workspace.CreateAsync(task, cancellationToken);
            return workspace;
        }
        catch
        {
            await workspace.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the processes and removes the folders of all attempts that nobody works on any more.</summary>
    public async Task CleanUpAfterCrashAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.Root))
            return;
        foreach (var attempt in AttemptFolder.All(AttemptsFolder))
        {
            using var taken = FileLock.TryTake(attempt.LockFile);
            if (taken is null)
                continue;
            await RemoveLeftoversAsync(attempt, time);
            File.Delete(attempt.LockFile);
        }
        foreach (var mirror in Mirrors())
            await mirror.UseAsync(() => git.RunAsync(mirror.Place(options.Root), ["worktree", "prune", "--expire=now"], cancellationToken), cancellationToken);
    }

    /// <summary>Until nothing is done any more for attempts that have ended. Nobody's result waits for it; a process that is about to end does.</summary>
    public Task SettleAsync() => Renewals.Of(options).EndAsync();

    private string AttemptsFolder => Path.Combine(options.Root, "attempts");

    private string MirrorsFolder => Path.Combine(options.Root, "mirrors");

    private Mirror MirrorOf(string name) => MirrorOf(name, isPartial: false);

    private Mirror MirrorOf(string name, bool isPartial) => new(git, Path.Combine(MirrorsFolder, $"{name}.git"), time, isPartial);

    private List<Mirror> Mirrors() => Directory.Exists(MirrorsFolder)
        ? [.. Directory.EnumerateDirectories(MirrorsFolder, "*.git").Select(folder => MirrorOf(Path.GetFileNameWithoutExtension(folder)))]
        : [];

    private static async Task RemoveLeftoversAsync(AttemptFolder attempt, TimeProvider time)
    {
        await ProcessTree.KillMarkedAsync(attempt.Scratch, Grace, time);
        FolderRemoval.Remove(attempt.Root);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,150}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SafeName();
}

/// <summary>The folders of one attempt.</summary>
internal sealed record AttemptFolder(string Parent, string AttemptId)
{
    public string Root => Path.Combine(Parent, AttemptId);

    public string Work => Path.Combine(Root, "work");

    public string Check => Path.Combine(Root, "check");

    public string Scratch => Path.Combine(Root, "scratch");

    public string TestScratch => Path.Combine(Root, "test-scratch");

    public string LockFile => Path.Combine(Parent, AttemptId + LockEnding);

    private const string LockEnding = ".lock";

    public static IReadOnlyList<AttemptFolder> All(string parent) => !Directory.Exists(parent)
        ? []
        : [.. Directory.EnumerateDirectories(parent).Select(folder => Path.GetFileName(folder))
            .Union(Directory.EnumerateFiles(parent, "*" + LockEnding).Select(file => Path.GetFileName(file)[..^LockEnding.Length]))
            .Select(id => new AttemptFolder(parent, id))];
}
