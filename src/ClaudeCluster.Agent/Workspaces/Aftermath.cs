namespace ClaudeCluster.Agent;

/// <summary>
/// What is done with an attempt's folders when it needs them no more, while nobody waits: trees become spares, the rest is removed. All of it
/// happens in a folder of its own, <c>attempts/{attempt}~</c>, under its own lock, so that a crash leaves it to the next start.
/// </summary>
internal sealed class Aftermath : IDisposable
{
    private readonly Git _git;
    private readonly Mirror _mirror;
    private readonly AttemptFolder _place;
    private readonly Renewals _renewals;
    private readonly IDisposable _lock;
    private Task _last = Task.CompletedTask;
    private int _trees;

    private Aftermath(Git git, Mirror mirror, AttemptFolder place, Renewals renewals, IDisposable taken) =>
        (_git, _mirror, _place, _renewals, _lock) = (git, mirror, place, renewals, taken);

    /// <returns>Null: that of an earlier run of the same attempt is not over.</returns>
    public static Aftermath? Of(AttemptFolder attempt, Git git, Mirror mirror, Renewals renewals)
    {
        var place = attempt with { AttemptId = $"{attempt.AttemptId}~" };
        if (FileLock.TryTake(place.LockFile) is not { } taken)
            return null;
        FolderRemoval.Remove(place.Root);
        Directory.CreateDirectory(place.Root);
        return new Aftermath(git, mirror, place, renewals, taken);
    }

    /// <summary>Nobody works in the tree any more.</summary>
    public void Renew(WorkTree used)
    {
        var number = ++_trees;
        var (folder, index) = (Path.Combine(_place.Root, $"used-{number}"), Path.Combine(_place.Root, $"used-{number}.index"));
        Directory.Move(used.Folder, folder);
        File.Move(used.IndexAtStart, index);
        Follow(_mirror.Folder, () => RenewAsync(folder, index, used));
        Follow(null, () => RemoveAsync(folder));
    }

    /// <summary>The attempt is over.</summary>
    public void End(string rest)
    {
        if (Directory.Exists(rest))
            Directory.Move(rest, Path.Combine(_place.Root, "rest"));
        Follow(null, () =>
        {
            Dispose();
            return Task.CompletedTask;
        });
    }

    public void Dispose()
    {
        try
        {
            FolderRemoval.Remove(_place.Root);
            File.Delete(_place.LockFile);
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private void Follow(string? mirror, Func<Task> step)
    {
        var before = _last;
        _last = _renewals.Begin(mirror, async () =>
        {
            await before;
            try
            {
                await step();
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException or GitException or HostNotReadyException)
            {
                // The next attempt makes what it needs, and the next start removes what is left.
            }
        });
    }

    private async Task RenewAsync(string folder, string index, WorkTree used)
    {
        var made = Directory.CreateDirectory(Path.Combine(_place.Root, used.Name)).FullName;
        var parts = Spares.PartsOf(made);
        File.Move(index, parts.Index);
        var place = _mirror.Place(_place.Scratch) with { WorkTree = folder, Index = parts.Index, LargeFiles = used.LargeFiles };
        await Renewal.RunAsync(_git, place, parts.Tree, CancellationToken.None);
        if (!new Spares(_mirror, _renewals).TryPut(made, used.Name))
            FolderRemoval.Remove(made);
    }

    private static Task RemoveAsync(string used)
    {
        FolderRemoval.Remove(used);
        return Task.CompletedTask;
    }
}
