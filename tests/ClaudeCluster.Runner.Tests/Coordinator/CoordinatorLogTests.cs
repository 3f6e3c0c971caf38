using ClaudeCluster.TestKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary>What whoever runs a coordinator reads of it, without asking for more.</summary>
public sealed class CoordinatorLogTests
{
    [Fact]
    public async Task An_event_has_a_line_unless_fewer_are_asked_for()
    {
        await using var playground = Playground.Create();
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = "an-operator-token-of-my-own";
        playground.Environment["GITHUB_TOKEN"] = "a-token-of-github";
        playground.Environment["GITHUB_API_URL"] = "http://127.0.0.1:1";
        var usual = await EventAsync(playground);
        playground.Environment["LOG_LEVEL"] = "WARNING";
        var quiet = await EventAsync(playground);

        Assert.Contains("ignored: 'star' events mean nothing to a flow", usual.All, StringComparison.Ordinal);
        Assert.DoesNotContain("ignored: 'star'", quiet.All, StringComparison.Ordinal);
    }

    private static async Task<Ended> EventAsync(Playground playground)
    {
        var port = FreePorts.Take();
        var coordinator = playground.Start("coordinator", "--listen", $"127.0.0.1:{port}", "--store", "memory", "--operator-token-from", "CLAUDE_CLUSTER_TOKEN");
        await coordinator.SaysAsync("Ctrl-C stops it.");
        var told = await playground.CallAsync("trigger", "--event", playground.EventFile, "--event-name", "star", "--coordinator", $"http://127.0.0.1:{port}");
        Assert.True(told.Code == 0, told.All);
        coordinator.Terminate();
        return await coordinator.EndAsync();
    }
}
