using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster coordinator</c> as a process, and <c>agents</c> as its operator uses it.</summary>
public sealed partial class CoordinatorCommandTests
{
    private const string OwnToken = "an-operator-token-of-my-own";

    [Fact]
    public async Task It_shows_its_operator_s_token_once_serves_and_ends_in_order()
    {
        await using var playground = Playground.Create();
        string[] command = ["coordinator", "--listen", "127.0.0.1:0", "--store", "hub.db", "--json"];
        var first = await UntilStoppedAsync(playground.Start(command));
        var second = await UntilStoppedAsync(playground.Start(command));

        Schema.Check("coordinator", first.Json);
        Schema.Check("coordinator", second.Json);
        Assert.Matches("^cco_[0-9a-f]{64}$", first.Json["operatorToken"]!.GetValue<string>());
        Assert.Null(second.Json["operatorToken"]);
    }

    [Fact]
    public async Task Agents_are_added_listed_stopped_and_revoked()
    {
        await using var playground = Playground.Create();
        var (_, url) = await StartAsync(playground, FreePorts.Take());

        var added = await playground.CallAsync("agents", "add", "pc-3", "--specialties", "backend,testing", "--coordinator", url, "--json");
        var twice = await playground.CallAsync("agents", "add", "pc-3", "--specialties", "backend", "--coordinator", url, "--json");
        var on = await playground.CallAsync("agents", "maintenance", "pc-3", "on", "--coordinator", url, "--json");
        var list = await playground.CallAsync("agents", "list", "--coordinator", url, "--json");
        var people = await playground.CallAsync("agents", "list", "--coordinator", url);
        var revoked = await playground.CallAsync("agents", "revoke", "pc-3", "--coordinator", url, "--json");
        var unknown = await playground.CallAsync("agents", "revoke", "pc-9", "--coordinator", url);

        Assert.True(added.Code == 0, added.All);
        Schema.Check("agents-add", added.Json);
        Assert.Matches("^cca_[0-9a-f]{64}$", added.Json["token"]!.GetValue<string>());
        Assert.True(twice.Code == (int)ExitCode.BadInput, twice.All);
        Schema.Check("error", twice.Json);
        Assert.Contains("already", twice.Output, StringComparison.Ordinal);
        Schema.Check("agents-maintenance", on.Json);
        Schema.Check("agents-list", list.Json);
        Assert.True(list.Json["agents"]![0]!["maintenance"]!.GetValue<bool>());
        Assert.Contains("pc-3 · away · backend, testing · never seen", people.Output, StringComparison.Ordinal);
        Schema.Check("agents-revoke", revoked.Json);
        Assert.True(unknown.Code == (int)ExitCode.BadInput, unknown.All);
        Assert.Contains("There is no agent 'pc-9'", unknown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_hub_may_be_elsewhere()
    {
        await using var playground = Playground.Create();
        var hub = playground.Start("hub", "--listen", "127.0.0.1:0", "--store", "memory", "--json");
        await hub.SaysAsync("\"address\"");
        var address = JsonNode.Parse(hub.SaidSoFar)!["address"]!.GetValue<string>();

        var (coordinator, url) = await StartAsync(playground, FreePorts.Take(), "--hub", address);
        var added = await playground.CallAsync("agents", "add", "pc-3", "--specialties", "backend", "--coordinator", url, "--json");
        var refused = await playground.CallAsync("coordinator", "--listen", "127.0.0.1:0", "--store", "other.db", "--hub", "http://a/path");

        Assert.Contains($"The task hub is {address}", coordinator.SaidSoFar, StringComparison.Ordinal);
        Assert.True(added.Code == 0, added.All);
        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains("is no address of a hub", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_and_started_again_it_knows_its_tokens_and_agents()
    {
        await using var playground = Playground.Create();
        var port = FreePorts.Take();
        string[] command = ["coordinator", "--listen", $"127.0.0.1:{port}", "--store", "hub.db"];
        var process = playground.Start(command);
        await process.SaysAsync("Ctrl-C stops it.");
        string? token = null;
        for (var kill = 0; kill < 3; kill++)
        {
            playground.Environment["CLAUDE_CLUSTER_TOKEN"] = token ?? "not yet known, so asked for below";
            process.Kill();
            var ended = await process.EndAsync();
            token ??= OperatorToken().Match(ended.Output).Value;
            playground.Environment["CLAUDE_CLUSTER_TOKEN"] = token;
            process = playground.Start(command);
            await process.SaysAsync("Ctrl-C stops it.");
            var added = await playground.CallAsync("agents", "add", $"pc-{kill}", "--specialties", "backend", "--coordinator", $"http://127.0.0.1:{port}");
            Assert.True(added.Code == 0, added.All);
        }

        process.Kill();
        await process.EndAsync();
        process = playground.Start(command);
        await process.SaysAsync("Ctrl-C stops it.");
        var list = await playground.CallAsync("agents", "list", "--coordinator", $"http://127.0.0.1:{port}", "--json");
        Assert.Equal(["pc-0", "pc-1", "pc-2"], list.Json["agents"]!.AsArray().Select(agent => agent!["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Beyond_this_machine_it_makes_a_certificate_keeps_it_and_is_known_by_its_fingerprint()
    {
        await using var playground = Playground.Create();
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = playground.Environment["OPERATOR"] = OwnToken;
        var port = FreePorts.Take();
        string[] command = ["coordinator", "--listen", $"0.0.0.0:{port}", "--store", "hub.db", "--operator-token-from", "OPERATOR", "--json"];
        var first = await UntilStoppedAsync(playground.Start(command));
        var process = playground.Start(command);
        await process.SaysAsync("}");
        var fingerprint = first.Json["certificateFingerprint"]!.GetValue<string>();
        var url = $"https://127.0.0.1:{port}";

        var known = await playground.CallAsync("agents", "list", "--coordinator", url, "--fingerprint", fingerprint);
        var other = await playground.CallAsync("agents", "list", "--coordinator", url, "--fingerprint", new string('0', 64));
        var unpinned = await playground.CallAsync("agents", "list", "--coordinator", url);

        Assert.Null(first.Json["operatorToken"]);
        Assert.True(known.Code == 0, known.All);
        Assert.True(other.Code == (int)ExitCode.HostNotReady, other.All);
        Assert.True(unpinned.Code == (int)ExitCode.HostNotReady, unpinned.All);
    }

    [Theory]
    [InlineData("--store", "mysql://db", "neither a file nor a postgresql:// address")]
    [InlineData("--operator-token-from", "NOBODY_SET_ME", "NOBODY_SET_ME is missing")]
    [InlineData("--certificate", "none.pem", "cannot be used")]
    [InlineData("--hub", "ftp://x", "is no address of a hub")]
    [InlineData("--lease", "0", "1 to 86400")]
    [InlineData("--look-again", "0", "1 to 86400")]
    [InlineData("--repository", "shop", "'shop' is no repository")]
    public async Task What_cannot_be_used_is_refused_with_the_reason(string option, string value, string reason)
    {
        await using var playground = Playground.Create();

        var refused = await playground.CallAsync("coordinator", "--listen", "127.0.0.1:0", option, value);

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WEBHOOK_PORT", "http", "'http' is no port")]
    [InlineData("WEBHOOK_PORT", "65536", "'65536' is no port")]
    [InlineData("GITHUB_REPOSITORIES", "octo/shop,../x/y", "'../x/y' is no repository")]
    public async Task A_variable_that_cannot_be_used_is_refused_with_the_reason(string variable, string value, string reason)
    {
        await using var playground = Playground.Create();
        playground.Environment["WEBHOOK_SECRET"] = "a secret";
        playground.Environment[variable] = value;

        var refused = await playground.CallAsync("coordinator", "--listen", "127.0.0.1:0");

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_webhook_may_have_a_port_of_its_own()
    {
        await using var playground = Playground.Create();
        playground.Environment["WEBHOOK_SECRET"] = "a secret";
        playground.Environment["WEBHOOK_PORT"] = "0";
        playground.Environment["GITHUB_TOKEN"] = "a-token";
        playground.Environment["GITHUB_API_URL"] = "http://127.0.0.1:1";
        var coordinator = playground.Start("coordinator", "--listen", "127.0.0.1:0", "--store", "memory", "--json");

        await coordinator.SaysAsync("\"webhook\"");
        await coordinator.SaysAsync("}");

        var said = JsonNode.Parse(coordinator.SaidSoFar)!;
        Assert.EndsWith("/webhook/github", said["webhook"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.False(said["webhook"]!.GetValue<string>().StartsWith(said["address"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", ExitCode.HostNotReady, "does not answer")]
    [InlineData("http://cluster.example:8080", ExitCode.BadInput, "in the clear")]
    [InlineData("nonsense", ExitCode.BadInput, "is no address of a coordinator")]
    public async Task A_coordinator_that_is_not_there_or_not_safe_is_named(string url, object code, string reason)
    {
        await using var playground = Playground.Create();
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = OwnToken;

        var refused = await playground.CallAsync("agents", "list", "--coordinator", url);

        Assert.True(refused.Code == (int)(ExitCode)code, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_the_message_says_where_it_comes_from()
    {
        await using var playground = Playground.Create();

        var refused = await playground.CallAsync("agents", "list");

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains("CLAUDE_CLUSTER_TOKEN", refused.Output, StringComparison.Ordinal);
    }

    private static async Task<(RealProcess Process, string Url)> StartAsync(Playground playground, int port, params string[] more)
    {
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = playground.Environment["OPERATOR"] = OwnToken;
        var process = playground.Start(["coordinator", "--listen", $"127.0.0.1:{port}", "--store", "hub.db", "--operator-token-from", "OPERATOR", .. more]);
        await process.SaysAsync("Ctrl-C stops it.");
        return (process, $"http://127.0.0.1:{port}");
    }

    private static async Task<Ended> UntilStoppedAsync(RealProcess process)
    {
        await process.SaysAsync("}");
        process.Terminate();
        var ended = await process.EndAsync();
        Assert.True(ended.Code == 0, ended.All);
        return ended;
    }

    [GeneratedRegex("cco_[0-9a-f]{64}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OperatorToken();
}
