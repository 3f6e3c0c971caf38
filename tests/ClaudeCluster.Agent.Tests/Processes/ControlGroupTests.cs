namespace ClaudeCluster.Agent.Tests;

/// <summary>With a stand-in for systemd-run: not each machine has a systemd for its user.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string PlaceSystemd(string script)
    {
        var program = _folder.Write("bin/systemd-run", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return $"{Path.GetDirectoryName(program)}:/usr/bin:/bin";
    }

    private Task<bool> ProveAsync(string script) => ControlGroup.ProveAsync(PlaceSystemd(script), _folder.Root, TimeProvider.System);

    [Theory]
    [InlineData("echo '50000 100000'", true)]
    [InlineData("echo 'max 100000'", false)]
    [InlineData("echo '50000 100000'; exit 1", false)]
    [InlineData("echo 'Failed to connect to bus' >&2; exit 1", false)]
    public async Task A_group_is_used_only_where_its_limit_is_seen_to_hold(string systemd, bool isUsable) => Assert.Equal(isUsable, await ProveAsync(systemd));

    [Fact]
    public async Task Without_the_users_systemd_there_is_none() =>
        Assert.False(await ControlGroup.ProveAsync(PlaceSystemd("echo '50000 100000'"), _folder["no-such-folder"], TimeProvider.System));

    [Fact]
    public async Task The_command_runs_in_the_group_as_it_is_and_does_not_see_the_way_to_systemd()
    {
        var path = PlaceSystemd($"echo \"$@\" > {_folder["asked"]}; while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"");
        var command = new ChildCommand
        {
            Program = "/bin/sh",
            Arguments = ["-c", "echo \"$XDG_RUNTIME_DIR-$WORD\"; exit 7"],
            Folder = _folder.Root,
            Environment = new Dictionary<string, string> { ["PATH"] = path, ["WORD"] = "kept" },
            Mark = _folder.Root,
        };

        var result = await ChildProcess.RunAsync(ControlGroup.Around(command, new ResourceLimits { Processors = 1.5, MemoryBytes = 800 }, "/run/user/4711"), TimeProvider.System, default);

        Assert.Equal((7, "-kept\n"), (result.ExitCode, result.Output));
        Assert.StartsWith("--user --scope --quiet --collect --property CPUQuota=150% --property MemoryMax=1000 -- env", File.ReadAllText(_folder["asked"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_of_memory_alone_has_a_group_too_where_that_is_seen_to_hold()
    {
        var path = PlaceSystemd($"echo \"$@\" >> {_folder["asked"]}; case \"$*\" in *memory.max*) echo 67108864;; *) while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\";; esac");
        var command = new ChildCommand
        {
            Program = "/bin/echo",
            Arguments = ["done"],
            Folder = _folder.Root,
            Environment = new Dictionary<string, string> { ["PATH"] = path },
            Mark = _folder.Root,
            Resources = new ResourceLimits { MemoryBytes = 800 },
        };

        var around = await ControlGroup.AroundAsync(command, _folder.Root, TimeProvider.System);

        Assert.Equal(["--user", "--scope", "--quiet", "--collect", "--property", "MemoryMax=1000", "--", "env", "--unset=XDG_RUNTIME_DIR", "/bin/echo", "done"], around.Arguments);
        // The watch still says why a child was ended.
        Assert.Equal(800, around.Resources?.MemoryBytes);
        Assert.DoesNotContain("CPUQuota", File.ReadAllText(_folder["asked"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_limits_the_group_has_those_that_it_can_hold()
    {
        var path = PlaceSystemd("case \"$*\" in *memory.max*) echo 67108864;; *) echo 'max 100000';; esac");
        var command = new ChildCommand
        {
            Program = "/bin/echo",
            Folder = _folder.Root,
            Environment = new Dictionary<string, string> { ["PATH"] = path },
            Mark = _folder.Root,
            Resources = new ResourceLimits { MemoryBytes = 800, Processors = 1.5 },
        };

        var around = await ControlGroup.AroundAsync(command, _folder.Root, TimeProvider.System);

        Assert.DoesNotContain(around.Arguments, argument => argument.StartsWith("CPUQuota", StringComparison.Ordinal));
        Assert.Contains("MemoryMax=1000", around.Arguments);
        Assert.Equal(1.5, around.Resources?.Processors);
    }
}
