using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ClaudeCluster.Agent.Tests;

/// <summary>The repository asks for a network for its tests; the agent's owner has the last word.</summary>
public sealed class TestNetworkTests : IDisposable
{
    private readonly SourceRepository _source = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TestNetworkTests()
    {
        _listener.Start();
        _source.Commit(("test.sh", $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)_listener.LocalEndpoint).Port}'\n"));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [Theory]
    [InlineData(TestNetwork.Policy, false, false)]
    [InlineData(TestNetwork.Policy, true, true)]
    [InlineData(TestNetwork.Off, true, false)]
    [InlineData(TestNetwork.On, false, true)]
    public async Task Tests_reach_the_network_if_the_policy_asks_and_the_owner_lets_them(TestNetwork owner, bool policy, bool isReached)
    {
        SandboxBench.IsNeeded();
        var options = _source.Options with { Sandbox = new SandboxOptions { TestNetwork = owner } };
        var coder = new ScriptedCoder(CoderScript.Read("steps:\n- {write: new.txt, text: x}\n", "play.yml"), options, TimeProvider.System);

        var result = await new AttemptStory(options, coder, _source.Workspaces, _source.Commands, TimeProvider.System)
            .RunAsync(_source.Task() with { TestsHaveNetwork = policy }, null, default);

        Assert.Equal(isReached, result.Outcome is AttemptOutcome.Succeeded);
    }

    [Fact]
    public void A_task_of_an_older_coordinator_asks_for_none()
    {
        var json = JsonSerializer.SerializeToNode(_source.Task() with { TestsHaveNetwork = true })!.AsObject();
        Assert.True(json.Remove(nameof(AgentTask.TestsHaveNetwork)));
        json["SomethingNewer"] = 1;

        Assert.False(json.Deserialize<AgentTask>()!.TestsHaveNetwork);
    }

    [Theory]
    [InlineData("policy", TestNetwork.Policy)]
    [InlineData("on", TestNetwork.On)]
    [InlineData("off", TestNetwork.Off)]
    [InlineData("true", TestNetwork.On)]
    [InlineData("false", TestNetwork.Off)]
    public void The_owners_word_stands_in_agent_yml(string word, TestNetwork meaning) => Assert.Equal(meaning, Read($"sandbox: {{ test_network: {word} }}\n").Sandbox.TestNetwork);

    [Fact]
    public void Without_a_word_it_is_left_to_the_policy() => Assert.Equal((TestNetwork.Policy, TestNetwork.Policy), (Read("").Sandbox.TestNetwork, Read("sandbox: { enabled: true }\n").Sandbox.TestNetwork));

    [Fact]
    public void Another_word_is_refused_with_its_line()
    {
        var bad = Assert.Throws<BadInputException>(() => Read("sandbox: { test_network: maybe }\n"));

        Assert.Contains("policy or on or off", bad.Message, StringComparison.Ordinal);
    }

    private static AgentSettings Read(string more) => AgentYaml.Read($"agent_id: pc-1\nhub: 127.0.0.1:1\nspecialties: [backend]\nworkspace_root: w\n{more}", "agent.yml", _ => null);
}
