namespace ClaudeCluster.Runner.Tests;

/// <summary>Flows, agents and the audit are the coordinator's alone: nobody else on its PC reads its files.</summary>
public sealed class PrivateStoreTests
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;
    private const UnixFileMode EverybodysFile = OwnersFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [Fact]
    public async Task What_the_coordinator_makes_only_its_user_can_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await using var playground = Playground.Create();

        var coordinator = playground.Start("coordinator", "--listen", "127.0.0.1:0");
        await coordinator.SaysAsync("Ctrl-C stops it.");

        var folder = playground.At("state/claude-cluster");
        var files = Directory.GetFiles(folder);
        Assert.Equal(OwnersFolder, File.GetUnixFileMode(folder));
        Assert.Contains(Path.Combine(folder, "hub.db-wal"), files);
        Assert.All(files.Where(file => Path.GetFileName(file).StartsWith("hub.db", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal)), file => Assert.Equal(OwnersFile, File.GetUnixFileMode(file)));
        Assert.DoesNotContain("can be read by others", coordinator.SaidSoFar, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_there_is_left_as_it_is_and_told_of_if_others_can_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await using var playground = Playground.Create();
        var file = playground.Write("own/hub.db", string.Empty);
        File.SetUnixFileMode(file, EverybodysFile);

        var coordinator = playground.Start("coordinator", "--listen", "127.0.0.1:0", "--store", file);
        await coordinator.SaysAsync("Ctrl-C stops it.");
        coordinator.Terminate();
        var ended = await coordinator.EndAsync();

        Assert.Equal(EverybodysFile, File.GetUnixFileMode(file));
        Assert.Contains($"{file} can be read by others", ended.All, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 {file}", ended.All, StringComparison.Ordinal);
    }
}
