using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Each attack is also made without the sandbox, where it must succeed: else its failure inside would say nothing.</summary>
public sealed class SandboxTests : IDisposable
{
    /// <summary>Seconds that no other process of this machine sleeps: those of a run that was killed may still be there.</summary>
    private static readonly string Nap = FormattableString.Invariant($"4711.{Environment.ProcessId}");

    private readonly SandboxBench _bench = new();

    [Fact]
    public async Task Work_tree_scratch_and_temporary_folders_are_writable_and_nothing_else()
    {
        var script = $"""
            echo x > inside.txt && echo x > "$HOME/h" && echo x > "$TMPDIR/t" && echo x > /tmp/t && echo x > /var/tmp/t && echo x > /dev/shm/s && echo WRITABLE
            for place in {_bench["beside"]} {_bench["agent"]} {_bench["agent/mirrors"]} {_bench["hidden/tools"]} / /etc /usr /home /run; do
              (echo x > $place/marker-claude-cluster) 2> /dev/null && echo "ESCAPED to $place" && rm $place/marker-claude-cluster
            done
            exit 0
            """;

        var inside = await _bench.InsideAsync(script);

        Assert.True(inside.Succeeded, inside.Both);
        Assert.Equal("WRITABLE\n", inside.Output);
        Assert.True(File.Exists(Path.Combine(_bench.Work, "inside.txt")));
        Assert.False(File.Exists("/tmp/t"));
        Assert.Contains($"ESCAPED to {_bench["beside"]}", (await _bench.OutsideAsync(script.Replace("/tmp/t ", "$TMPDIR/t ", StringComparison.Ordinal).Replace("/var$TMPDIR/t", "$TMPDIR/t", StringComparison.Ordinal))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_attempts_mirrors_configuration_and_hidden_folders_are_out_of_sight_and_named_tools_are_not()
    {
        var script = $"cat {_bench["hidden/tools/tool.txt"]}; cat {_bench["agent"]}/attempts/a2/work/* {_bench["agent"]}/mirrors/*/config {_bench["agent"]}/agent.yml {_bench["hidden/hub.db"]}; ls /home /root /run";

        var inside = await _bench.InsideAsync(script);

        Assert.Contains("a tool", inside.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(SandboxBench.Planted, inside.Both, StringComparison.Ordinal);
        Assert.Contains(SandboxBench.Planted, (await _bench.OutsideAsync(script)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hidden_file_is_not_read_also_where_its_folder_must_stay_and_where_its_owner_made_that_readable()
    {
        var (alone, within) = (Path.Combine(_bench["beside"], "agent-token"), Path.Combine(_bench["hidden/tools"], "agent-token"));
        foreach (var file in (string[])[alone, within])
            File.WriteAllText(file, SandboxBench.Planted);
        _bench.Options = _bench.Options with { Sandbox = _bench.Options.Sandbox! with { HiddenFiles = [alone, within, _bench["hidden/hub.db"]], ReadableFolders = [_bench["beside"], _bench["hidden/tools"]] } };
        var script = $"cat {_bench["beside"]}/* {_bench["hidden/tools"]}/* {_bench["hidden"]}/*";

        var inside = await _bench.InsideAsync(script);

        Assert.Contains("beside", inside.Output, StringComparison.Ordinal);
        Assert.Contains("a tool", inside.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(SandboxBench.Planted, inside.Both, StringComparison.Ordinal);
        Assert.Contains(SandboxBench.Planted, (await _bench.OutsideAsync(script)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_out_of_the_work_tree_leads_nowhere()
    {
        var script = $"ln -sf {_bench["agent/attempts/a2/work/other.txt"]} out; ln -sfn {_bench["beside"]} folder; cat out; echo changed > folder/file.txt; true";

        var inside = await _bench.InsideAsync(script);

        Assert.DoesNotContain(SandboxBench.Planted, inside.Both, StringComparison.Ordinal);
        Assert.Equal("beside", File.ReadAllText(_bench["beside/file.txt"]));
        await _bench.OutsideAsync(script);
        Assert.Equal("changed\n", File.ReadAllText(_bench["beside/file.txt"]));
    }

    [Fact]
    public async Task No_process_of_the_host_is_seen_nor_its_environment_nor_can_it_be_traced_or_ended()
    {
        var ours = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var script = $"""
            [ -r /proc/{ours}/environ ] && [ "$(tr '\0' '\n' < /proc/{ours}/cmdline | head -c 6)" = dotnet ] && echo SEEN
            kill -0 {ours} 2> /dev/null && echo IN-REACH
            tr '\0' '\n' < /proc/1/environ | grep -c PLANTED_IN_THE_HOST
            ls -d /proc/[0-9]* | wc -l
            """;
        Environment.SetEnvironmentVariable("PLANTED_IN_THE_HOST", SandboxBench.Planted);

        var inside = await _bench.InsideAsync(script);

        Assert.DoesNotContain("SEEN", inside.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("IN-REACH", inside.Output, StringComparison.Ordinal);
        Assert.Equal("0", inside.Output.Split('\n')[0]);
        Assert.True(int.Parse(inside.Output.Split('\n')[1], CultureInfo.InvariantCulture) < 10, inside.Output);
        Assert.Contains("IN-REACH", (await _bench.OutsideAsync(script)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_has_no_network_not_even_the_hosts_loopback_unless_the_options_say_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var script = $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port}' 2> /dev/null && echo REACHED; true";

        Assert.Equal(string.Empty, (await _bench.InsideAsync(script)).Output);

        _bench.Options = _bench.Options with { Sandbox = _bench.Options.Sandbox! with { TestNetwork = TestNetwork.On } };
        Assert.Equal("REACHED\n", (await _bench.InsideAsync(script)).Output);
    }

    [Fact]
    public async Task A_daemon_with_its_own_session_and_an_empty_environment_ends_with_the_command()
    {
        var inside = await _bench.InsideAsync($"setsid env -i /bin/sh -c 'sleep {Nap} & exec sleep {Nap}' > /dev/null 2>&1 & echo started");

        Assert.True(inside.Succeeded, inside.Both);
        Assert.Empty(Sleepers());
    }

    [Fact]
    public async Task A_sandbox_outlives_the_thread_that_asked_for_it()
    {
        Task<ChildResult>? result = null;
        var asking = new Thread(() => result = _bench.InsideAsync("sleep 0.1; echo done"));
        asking.Start();
        asking.Join();
        var startedHere = string.Empty;
        await ProcessStarter.RunAsync(() => startedHere = Thread.CurrentThread.Name!);

        Assert.Equal("done\n", (await result!).Output);
        Assert.Equal("process starter", startedHere);
    }

    [Fact]
    public async Task The_exit_code_and_both_outputs_come_through()
    {
        var inside = await _bench.InsideAsync("echo out; echo err >&2; exit 7");

        Assert.Equal((ChildEnd.Exited, 7, "out\n", "err\n"), (inside.End, inside.ExitCode, inside.Output, inside.Error));
    }

    [Fact]
    public async Task A_command_that_takes_too_long_ends_with_all_its_processes()
    {
        var inside = await _bench.InsideAsync($"setsid env -i sleep {Nap} & sleep {Nap}", TimeSpan.FromSeconds(1));

        Assert.Equal(ChildEnd.TimedOut, inside.End);
        Assert.Empty(Sleepers());
    }

    [Fact]
    public async Task A_host_without_bubblewrap_is_not_ready_and_nothing_runs()
    {
        _bench.Options = _bench.Options with { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Directory.CreateDirectory(_bench["no-programs"]).FullName } };

        var refused = await Assert.ThrowsAsync<HostNotReadyException>(() => _bench.InsideAsync("echo x > ran.txt"));

        Assert.Contains("bubblewrap", refused.Fix, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_bench.Work, "ran.txt")));
    }

    [Fact]
    public async Task A_bubblewrap_that_does_not_work_here_is_a_host_that_is_not_ready()
    {
        Directory.CreateDirectory(_bench["broken"]);
        File.WriteAllText(_bench["broken/bwrap"], "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n");
        File.SetUnixFileMode(_bench["broken/bwrap"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _bench.Options = _bench.Options with { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = $"{_bench["broken"]}:/usr/bin:/bin" } };

        var refused = await Assert.ThrowsAsync<HostNotReadyException>(() => _bench.InsideAsync("true"));

        Assert.Contains("No permissions to create new namespace", refused.Detail, StringComparison.Ordinal);
    }

    private static List<string> Sleepers() =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => Path.Combine(folder, "cmdline")).Where(File.Exists).Select(ReadOrNothing).Where(line => line.StartsWith($"sleep\0{Nap}", StringComparison.Ordinal))];

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    public void Dispose() => _bench.Dispose();
}
