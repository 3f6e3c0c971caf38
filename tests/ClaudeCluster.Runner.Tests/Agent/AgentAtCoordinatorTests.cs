using System.Net.Http.Headers;
using System.Security.Cryptography;
using ClaudeCluster.Agent;
using ClaudeCluster.Orchestrations;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary>What an agent and its <c>--check</c> ask of a real coordinator beyond this machine, with a certificate of its own.</summary>
public sealed class AgentAtCoordinatorTests
{
    private const string Operator = "an-operator-token-of-my-own";

    [Fact]
    public async Task A_PC_whose_token_certificate_and_specialties_are_known_is_ready_and_nothing_is_changed_there()
    {
        await using var stage = await OpenAsync();

        var ready = await stage.CheckAsync();

        Assert.True(ready.Code == 0, ready.All);
        Schema.Check("agent-check", (await stage.CheckAsync("--json")).Json);
        var list = await stage.CallOperatorAsync("list");
        Assert.Contains("pc-1 · away · backend, testing · never seen", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_not_known_is_told_with_its_fix_by_hub_and_coordinator()
    {
        await using var stage = await OpenAsync();
        stage.Playground.Write("config/agent-token", "cca_" + new string('0', 64));

        var refused = await stage.CheckAsync();

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("hub: The agent's token is not known", refused.Output, StringComparison.Ordinal);
        Assert.Contains("coordinator: The agent's token is not known", refused.Output, StringComparison.Ordinal);
        Assert.Contains("claude-cluster agents add pc-1 --specialties backend", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_specialty_that_it_was_not_added_for_is_told_with_its_fix()
    {
        await using var stage = await OpenAsync(specialties: "backend, frontend");

        var refused = await stage.CheckAsync();

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("coordinator: 'pc-1' was not added for 'frontend'.", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Take it out of 'specialties' in agent.yml", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_another_agent_is_told()
    {
        await using var stage = await OpenAsync();
        await stage.CallOperatorAsync("add", "pc-2", "--specialties", "backend");
        stage.WriteConfig("backend", agent: "pc-2");

        var refused = await stage.CheckAsync();

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("coordinator: This token is 'pc-1''s", refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is not trusted on this PC")]
    [InlineData("certificate_fingerprint: 0000000000000000000000000000000000000000000000000000000000000000", "is not the one of 'certificate_fingerprint'")]
    public async Task A_certificate_that_is_not_known_is_told_by_hub_and_coordinator_with_its_fix(string line, string reason)
    {
        await using var stage = await OpenAsync();
        stage.WriteConfig("backend", certificate: line);

        var refused = await stage.CheckAsync();

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        foreach (var check in (string[])["hub", "coordinator"])
            Assert.Contains($"{check}: The certificate of {stage.Url} {reason}", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Set 'certificate_fingerprint' in agent.yml to the one that the coordinator printed", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ufw", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("inner exception", refused.Output, StringComparison.Ordinal);
        Assert.Contains($"The certificate of {stage.Url} {reason}", await stage.LinkSaysAsync(line), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_asks_for_nothing_that_is_refused()
    {
        await using var stage = await OpenAsync();
        var agent = stage.Playground.Start("agent", "--config", stage.Config, "--coder", $"script:{stage.Playground.Script}");
        await agent.SaysAsync("Connected to the coordinator");
        while (!await stage.IsHubConnectedAsync())
            await Task.Delay(50, TestContext.Current.CancellationToken);

        var audit = await stage.AuditAsync();

        Assert.Contains("added agent pc-1", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("was given no work", audit, StringComparison.Ordinal);
        await AgentStage.EndAsync(agent);
    }

    private static async Task<Stage> OpenAsync(string specialties = "backend")
    {
        var playground = Playground.Create();
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = playground.Environment["OPERATOR"] = Operator;
        var stage = new Stage(playground, FreePorts.Take());
        await stage.StartAsync(specialties);
        return stage;
    }

    private sealed class Stage(Playground playground, int port) : IAsyncDisposable
    {
        private readonly int _health = FreePorts.Take();
        private string _fingerprint = string.Empty;

        public Playground Playground => playground;

        public string Url => $"https://127.0.0.1:{port}";

        public string Config => playground.At("config/agent.yml");

        public async Task StartAsync(string specialties)
        {
            var process = playground.Start("coordinator", "--listen", $"0.0.0.0:{port}", "--store", "hub.db", "--operator-token-from", "OPERATOR", "--json");
            await process.SaysAsync("}");
            using (var knock = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => (_fingerprint = certificate!.GetCertHashString(HashAlgorithmName.SHA256)).Length > 0 })
            using (var http = new HttpClient(knock))
                await http.GetStringAsync($"{Url}/health", TestContext.Current.CancellationToken);
            var added = await CallOperatorAsync("add", "pc-1", "--specialties", "backend,testing", "--json");
            playground.Write("config/agent-token", added.Json["token"]!.GetValue<string>());
            WriteConfig(specialties);
        }

        public void WriteConfig(string specialties, string agent = "pc-1", string? certificate = null) => playground.Write("config/agent.yml", $"""
            agent_id: {agent}
            coordinator_url: {Url}
            {certificate ?? $"certificate_fingerprint: {_fingerprint}"}
            specialties: [{specialties}]
            workspace_root: ../workspaces
            repositories: {"{"} url: ../repository {"}"}
            health: {"{"} port: {_health} {"}"}
            sandbox: {"{"} enabled: false {"}"}
            credentials: {"{"} agent_token: file:agent-token {"}"}
            """);

        public Task<Ended> CheckAsync(params string[] more) => playground.CallAsync(["agent", "--config", Config, "--coder", $"script:{playground.Script}", "--check", .. more]);

        public Task<Ended> CallOperatorAsync(params string[] command) => playground.CallAsync(["agents", .. command, "--coordinator", Url, "--fingerprint", _fingerprint]);

        /// <summary>What the log of a daemon says of the connection.</summary>
        public async Task<string> LinkSaysAsync(string certificate)
        {
            using var link = new CoordinatorLink(new Uri(Url), "token", certificate.Length == 0 ? null : certificate.Split(' ')[1]);
            var away = await Assert.ThrowsAsync<CoordinatorAwayException>(() => link.TellAsync("a", new AttemptProgress { Agent = new AgentId("pc-1"), Phase = "coding" }, TestContext.Current.CancellationToken));
            return away.Message;
        }

        public async Task<bool> IsHubConnectedAsync()
        {
            using var http = new HttpClient();
            return (await http.GetStringAsync($"http://127.0.0.1:{_health}/health", TestContext.Current.CancellationToken)).Contains("\"hubConnected\":true", StringComparison.Ordinal);
        }

        public async Task<string> AuditAsync()
        {
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString(HashAlgorithmName.SHA256) == _fingerprint };
            using var http = new HttpClient(handler);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Operator);
            return (await http.GetStringAsync($"{Url}/api/audit", TestContext.Current.CancellationToken)).Replace("\\u0027", "'", StringComparison.Ordinal);
        }

        public ValueTask DisposeAsync() => playground.DisposeAsync();
    }
}
