using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Runner.Tests;

/// <summary>Disks that cannot be written: the message says which, and once that is mended the run goes on.</summary>
public sealed class DiskTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(30)]
    public async Task A_full_disk_below_the_hub_ends_the_run_and_nothing_is_lost(int pages)
    {
        await using var playground = Playground.Create(script: Playground.TwoAttempts);

        var full = await playground.CallAsync(host => host with { Seams = new Seams { Store = _ => Small(playground.Hub, pages) } }, playground.Run);
        Assert.True(full.Code == (int)ExitCode.HostNotReady, full.All);
        Assert.True(full.Output.Contains($"{playground.Hub}: The disk is full. Free some space", StringComparison.Ordinal), full.All);

        var ended = await playground.CallAsync(playground.Run);
        Assert.True(ended.Code == 0, ended.All);
        await Rest.IsWholeAsync(playground);
    }

    // In a mount namespace of its own, so that nothing of it is left on this machine.
    [Theory]
    [InlineData(600)]
    [InlineData(200)]
    [InlineData(20)]
    public async Task A_disk_that_is_really_full_ends_the_run_and_nothing_is_lost(int freeKilobytes)
    {
        await using var playground = Playground.Create(script: Playground.TwoAttempts);
        var unshare = await NamespaceAsync(playground);
        Directory.CreateDirectory(playground.At("small"));
        playground.Write("full.sh", $"""
            set -u
            mount -t tmpfs -o size=8m tmpfs small || exit 99
            cp -r repository small/repository
            cp event.json script.yml small
            space=$(df --output=avail small | tail -1)
            head -c $(((space - {freeKilobytes}) * 1024)) /dev/zero >small/ballast
            dotnet {Programs.Runner} run --event small/event.json --repo small/repository --coder script:small/script.yml
            echo "first: $?"
            rm small/ballast
            dotnet {Programs.Runner} run --event small/event.json --repo small/repository --coder script:small/script.yml --again
            echo "second: $?"
            git -C small/repository -c safe.directory='*' for-each-ref --format='%(refname:lstrip=2)' refs/heads
            """);

        var ended = await playground.StartProgram(unshare[0], [.. unshare[1..], "sh", "full.sh"]).EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        // 4: the agent met it first, and the flow asks a person.
        Assert.True(ended.Output.Contains("first: 3\n", StringComparison.Ordinal) || ended.Output.Contains("first: 4\n", StringComparison.Ordinal), ended.All);
        Assert.True(ended.Output.Contains("second: 0\n", StringComparison.Ordinal), ended.All);
    }

    [Fact]
    public async Task A_repository_that_may_only_be_read_is_named()
    {
        await using var playground = Playground.Create();
        var unshare = await NamespaceAsync(playground);
        playground.Write("read-only.sh", $"""
            mount --bind repository repository && mount -o remount,bind,ro repository || exit 99
            dotnet {Programs.Runner} run --event event.json --repo repository --coder script:script.yml
            """);
        var before = Snapshot.Of(playground.Repository);

        var ended = await playground.StartProgram(unshare[0], [.. unshare[1..], "sh", "read-only.sh"]).EndAsync();

        Assert.True(ended.Code == (int)ExitCode.HostNotReady, ended.All);
        Assert.Contains(playground.State, ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot.Of(playground.Repository));
    }

    [Fact]
    public async Task A_repository_that_may_only_be_read_and_a_state_folder_elsewhere_is_named_too()
    {
        await using var playground = Playground.Create();
        var unshare = await NamespaceAsync(playground);
        playground.Write("read-only.sh", $"""
            mount --bind repository repository && mount -o remount,bind,ro repository || exit 99
            dotnet {Programs.Runner} run --event event.json --repo repository --coder script:script.yml --state mine
            """);
        var before = Snapshot.Of(playground.Repository);

        var ended = await playground.StartProgram(unshare[0], [.. unshare[1..], "sh", "read-only.sh"]).EndAsync();

        Assert.True(ended.Code is (int)ExitCode.HostNotReady or (int)ExitCode.NeedsHuman, ended.All);
        Assert.Contains("push", ended.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, Snapshot.Of(playground.Repository));
    }

    [Theory]
    [InlineData("issues")]
    [InlineData("pulls")]
    public async Task A_folder_that_cannot_be_written_ends_the_run_at_once_and_it_goes_on_later(string folder)
    {
        await using var playground = Playground.Create();
        var inTheWay = playground.Write($"repository/.git/claude-cluster/{folder}", "I am no folder.");

        var stopped = await playground.CallAsync(playground.Run);
        Assert.True(stopped.Code == (int)ExitCode.HostNotReady, stopped.All);
        Assert.Contains(inTheWay, stopped.Output, StringComparison.Ordinal);
        Assert.Contains("call the same command again", stopped.Output, StringComparison.Ordinal);

        File.Delete(inTheWay);
        var ended = await playground.CallAsync(playground.Run);
        Assert.True(ended.Code == 0, ended.All);
        await Rest.IsWholeAsync(playground);
    }

    [Fact]
    public async Task A_branch_that_cannot_be_written_is_not_called_moved()
    {
        await using var playground = Playground.Create();
        // As a git that was killed leaves it.
        var stale = playground.Write("repository/.git/refs/heads/claude/issue-7.lock", string.Empty);

        var stopped = await playground.CallAsync(playground.Run);
        Assert.True(stopped.Code == (int)ExitCode.HostNotReady, stopped.All);
        Assert.Contains(stale, stopped.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("somebody else moved it", stopped.Output, StringComparison.Ordinal);

        File.Delete(stale);
        var ended = await playground.CallAsync(playground.Run);
        Assert.True(ended.Code == 0, ended.All);
        await Rest.IsWholeAsync(playground);
    }

    private static SqliteHubStore Small(string path, int pages) => new(new SqliteStoreOptions(path) { MaximumPages = pages });

    /// <summary>The command that gives a script a mount namespace: as root, or as a user who is root in it.</summary>
    private static async Task<string[]> NamespaceAsync(Playground playground)
    {
        string[][] ways = [["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]];
        foreach (var way in ways)
        {
            try
            {
                if ((await playground.StartProgram(way[0], [.. way[1..], "sh", "-c", "mount -t tmpfs tmpfs tmp"]).EndAsync()).Code == 0)
                    return way;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                break;
            }
        }

        Assert.Skip("Needs 'unshare --mount' (util-linux) and the right to use it.");
        return [];
    }
}
