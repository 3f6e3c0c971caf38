namespace ClaudeCluster.Agent;

/// <summary>One attempt's place on this PC. Disposing it removes work tree and scratch folder, and ends what still runs there.</summary>
public sealed class Workspace : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Git _git;
    private readonly Mirror _mirror;
    private readonly AttemptFolder _attempt;
    private readonly IDisposable _lock;
    private readonly TimeProvider _time;
    private readonly WorkTree _work;
    private readonly WorkTree _check;
    private Aftermath? _aftermath;
    private bool _hasSubmodules;
    private BaseMerge? _merge;

    internal Workspace(Git git, Mirror mirror, AttemptFolder attempt, GitSource source, IDisposable taken, TimeProvider time)
    {
        (_git, _mirror, _attempt, Source, _lock, _time) = (git, mirror, attempt, source, taken, time);
        _work = new WorkTree(git, mirror, attempt.Work, $"{attempt.AttemptId}.work", Mark);
        _check = new WorkTree(git, mirror, attempt.Check, $"{attempt.AttemptId}.check", Mark);
    }

    /// <summary>Its trees come from the spares, and become spares when it has ended.</summary>
    /// <value>Null: a coder could reach them.</value>
    internal Renewals? Renewals { get; init; }

    /// <value>Null: their folders stay empty.</value>
    internal Submodules? Submodules { get; init; }

    /// <summary>The environment in which git-lfs is looked for.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Null: the repository has none.</summary>
    internal LargeFiles? LargeFiles => _work.LargeFiles;

    /// <summary>Why something of the attempt is still on the disk after its end.</summary>
    /// <value>Null: nothing is.</value>
    internal Exception? NotRemoved { get; private set; }

    /// <summary>The work tree that the coder edits.</summary>
    public string Folder => _attempt.Work;

    /// <summary>Outside of the work tree; for homes, temporary files and logs.</summary>
    public string Scratch => _attempt.Scratch;

    /// <summary>The tests' own, into which the coder could not put anything that helps them pass.</summary>
    internal string TestScratch => _attempt.TestScratch;

    /// <summary>Stands in the environment of every process of this attempt.</summary>
    public string Mark => _attempt.Scratch;

    /// <summary>Where the attempt's branch is pushed to.</summary>
    internal GitSource Source { get; }

    /// <summary>What the change is compared with: where the work left the base branch.</summary>
    public CommitId Base { get; private set; }

    /// <summary>Where the coder begins.</summary>
    public CommitId Start { get; private set; }

    /// <summary>What the next commit follows: where the coder begins, or the two sides of a merge.</summary>
    internal IReadOnlyList<CommitId> Parents => _merge?.Parents ?? [Start];

    /// <summary>The folder of the repository's copy on this PC, below the agent's root, for people.</summary>
    internal string RepositoryName => $"mirrors/{Path.GetFileName(_mirror.Folder)}";

    internal GitPlace Repository => _mirror.Place(Mark);

    /// <summary>The work tree as our own git sees it, whatever the coder did to its <c>.git</c> file, index, or head.</summary>
    internal GitPlace WorkTree => _work.Place;

    /// <summary>After the coder, and after the tests: whatever they wrote into the mirror for git to obey is undone.</summary>
    internal Task RestoreMirrorAsync(CancellationToken cancellationToken) => _mirror.UseAsync(() => Task.CompletedTask, cancellationToken);

    /// <summary>A clean checkout of a commit, without what lies untracked in the work tree.</summary>
    internal async Task<string> CheckOutAsync(CommitId commit, CancellationToken cancellationToken)
    {
        await _mirror.UseAsync(() => _check.MakeAsync(commit, Spares, null, cancellationToken), cancellationToken);
        if (_hasSubmodules)
            await Submodules!.FillAgainAsync(Repository, commit, _check.Folder, cancellationToken);
        return _check.Folder;
    }

    /// <summary>After the tests: what they wrote may be all that the disk has room for.</summary>
    internal void RemoveCheckOut()
    {
        if (FindAftermath() is { } aftermath)
            aftermath.Renew(_check);
        else
            FolderRemoval.Remove(_check.Folder);
        FolderRemoval.Remove(TestScratch);
    }

    internal async Task CreateAsync(AgentTask task, CancellationToken cancellationToken)
    {
        await _mirror.UseFreshAsync(Source, Mark, () => AddWorkTreeAsync(task, cancellationToken), cancellationToken);
        // Not while it holds the mirror: submodules have mirrors too.
        if (_hasSubmodules)
            await Submodules!.FindAndFillAsync(Repository, Start, Folder, cancellationToken);
    }

    /// <returns>Files in which git's marks of a conflict are left.</returns>
    internal Task<IReadOnlyList<string>> FindUnresolvedAsync(CommitId commit, CancellationToken cancellationToken) =>
        _merge?.FindUnresolvedAsync(_git, Repository, commit, cancellationToken) ?? Task.FromResult<IReadOnlyList<string>>([]);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ProcessTree.KillMarkedAsync(Mark, Grace, _time);
            // Not the attempt's token: what is left must go, also when the attempt was cancelled.
            await _mirror.UseAsync(ForgetAsync, CancellationToken.None);
            Leave();
            File.Delete(_attempt.LockFile);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException or GitException or HostNotReadyException)
        {
            // The result matters more than the rest of a folder, which the next start cleans up; whoever has the log tells it.
            NotRemoved = left;
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private async Task<bool> AddWorkTreeAsync(AgentTask task, CancellationToken cancellationToken)
    {
        var head = await ReadBaseAsync(task, cancellationToken);
        Start = task.Earlier?.Commit is { } earlier && await ExistsAsync(earlier, cancellationToken) ? earlier : head;
        if (task.Goal == Goal.ResolveConflict && Start != head)
        {
            _merge = await BaseMerge.MakeAsync(_git, Repository, Start, head, cancellationToken);
            Start = _merge.Commit;
        }

        var fork = Start == head ? head.Value : await _git.TryAsync(Repository, ["merge-base", head.Value, Start.Value], cancellationToken);
        Base = new CommitId(fork?.Trim() ?? head.Value);
        Directory.CreateDirectory(Scratch);
        // All that is compared, checked out and committed later is here before the coder is.
        await _mirror.CompleteAsync(Source, Mark, [Start, Base], cancellationToken);
        await ReadWhatItNeedsAsync(cancellationToken);
        await _work.MakeAsync(Start, Spares, Source, cancellationToken);
        return true;
    }

    private async Task ReadWhatItNeedsAsync(CancellationToken cancellationToken)
    {
        var told = await _git.RunAsync(Repository, ["cat-file", "--batch"], cancellationToken, $"{Start.Value}:.gitattributes\n{Start.Value}:.gitmodules\n");
        _work.LargeFiles = _check.LargeFiles = Agent.LargeFiles.Of(told, Source.Address, Environment);
        _hasSubmodules = Submodules is not null && told.Contains("[submodule", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<CommitId> ReadBaseAsync(AgentTask task, CancellationToken cancellationToken)
    {
        if (await _git.TryAsync(Repository, ["show-ref", "--verify", "--hash", $"refs/remotes/origin/{task.BaseBranch}"], cancellationToken) is { } head)
            return new CommitId(head.Trim());
        throw await _git.RunAsync(Repository, ["for-each-ref", "--count=1", "refs/remotes/origin"], cancellationToken) == string.Empty
            ? new BadInputException(task.Repository.FullName, "The repository has no commits, so there is nothing to change.", "Push a first commit to it.")
            : new BadInputException(task.Repository.FullName, $"The repository has no branch '{task.BaseBranch}'.", "Push that branch, or make another one the default branch.");
    }

    private async Task<bool> ExistsAsync(CommitId commit, CancellationToken cancellationToken) =>
        commit.Value.All(char.IsAsciiHexDigit)
        && await _git.TryAsync(Repository, ["cat-file", "-e", $"{commit.Value}^{{commit}}"], cancellationToken) is not null;

    private Spares? Spares => Renewals is null ? null : new Spares(_mirror, Renewals);

    private Aftermath? FindAftermath() => _aftermath ??= Renewals is null ? null : Aftermath.Of(_attempt, _git, _mirror, Renewals);

    /// <summary>The mirror's memory of trees that go.</summary>
    private Task ForgetAsync()
    {
        _work.Forget();
        _check.Forget();
        return Task.CompletedTask;
    }

    private void Leave()
    {
        if (FindAftermath() is not { } aftermath)
        {
            FolderRemoval.Remove(_attempt.Root);
            return;
        }
        if (Directory.Exists(_work.Folder) && File.Exists(_work.IndexAtStart))
            aftermath.Renew(_work);
        aftermath.End(_attempt.Root);
    }
}
