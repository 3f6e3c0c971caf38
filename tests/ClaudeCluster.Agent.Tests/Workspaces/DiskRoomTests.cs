using System.Security.Cryptography;

namespace ClaudeCluster.Agent.Tests;

public sealed class DiskRoomTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly SourceRepository _source = new();

    public DiskRoomTests() => _source.Commit(("noise.hex", Convert.ToHexString(RandomNumberGenerator.GetBytes(2 * Megabyte))));

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task The_repository_used_longest_ago_goes_first_and_one_that_is_worked_on_stays()
    {
        var used = await WorkspacesWith(new ResourceLimits()).OpenAsync(Task(1, repository: 1), CancellationToken.None);
        foreach (var repository in (int[])[2, 3])
            await (await WorkspacesWith(new ResourceLimits()).OpenAsync(Task(repository, repository), CancellationToken.None)).DisposeAsync();
        File.SetLastWriteTimeUtc(Path.Combine(Mirrors, "1.git.lock"), new DateTime(2020, 1, 1));
        File.SetLastWriteTimeUtc(Path.Combine(Mirrors, "2.git.lock"), new DateTime(2021, 1, 1));

        await using var next = await WorkspacesWith(new ResourceLimits { DiskBytes = Size() - 1 }).OpenAsync(Task(4, repository: 4), CancellationToken.None);

        Assert.Equal(["1.git", "3.git", "4.git"], Directory.GetDirectories(Mirrors).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(used.Folder, "noise.hex")));
        await used.DisposeAsync();
    }

    [Fact]
    public async Task Leftovers_of_a_crash_go_before_any_repository()
    {
        await (await WorkspacesWith(new ResourceLimits()).OpenAsync(Task(1, repository: 1), CancellationToken.None)).DisposeAsync();
        var limit = Size() + Megabyte;
        var left = Directory.CreateDirectory(Path.Combine(_source.Options.Root, "attempts", "left", "work"));
        await File.WriteAllBytesAsync(Path.Combine(left.FullName, "large"), new byte[3 * Megabyte], TestContext.Current.CancellationToken);

        await using var next = await WorkspacesWith(new ResourceLimits { DiskBytes = limit }).OpenAsync(Task(2, repository: 1), CancellationToken.None);

        Assert.False(left.Exists && Directory.Exists(left.FullName));
        Assert.True(Directory.Exists(Path.Combine(Mirrors, "1.git")));
    }

    [Fact]
    public async Task What_is_worked_on_alone_fills_the_limit_so_the_host_is_not_ready()
    {
        await using var used = await WorkspacesWith(new ResourceLimits()).OpenAsync(Task(1, repository: 1), CancellationToken.None);

        var refused = await Assert.ThrowsAsync<HostNotReadyException>(() => WorkspacesWith(new ResourceLimits { DiskBytes = Megabyte }).OpenAsync(Task(2, repository: 2), CancellationToken.None));

        Assert.Contains("its limit is 1 MB", refused.Detail, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(used.Folder, "noise.hex")));
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_is_told_before_the_work_begins()
    {
        var refused = await Assert.ThrowsAsync<HostNotReadyException>(
            () => WorkspacesWith(new ResourceLimits { FreeDiskBytes = long.MaxValue }).OpenAsync(Task(1, repository: 1), CancellationToken.None));

        Assert.Contains("MB left", refused.Detail, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Mirrors, "1.git")));
    }

    private string Mirrors => Path.Combine(_source.Options.Root, "mirrors");

    private long Size() => new DirectoryInfo(_source.Options.Root).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private AgentTask Task(int attempt, long repository) => _source.Task(attempt) with { Repository = _source.Repository with { Id = repository } };

    private Workspaces WorkspacesWith(ResourceLimits limits)
    {
        var options = _source.Options with { Resources = limits };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);
    }
}
