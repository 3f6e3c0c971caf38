using System.Diagnostics;
using System.Text.Json.Nodes;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary>How commands find a coordinator that has a certificate of its own, and what they say if it is not trusted.</summary>
public sealed class CoordinatorAddressTests
{
    private const string Token = "an-operator-token-of-my-own";
    private const string Address = "CLAUDE_CLUSTER_COORDINATOR";
    private const string Fingerprint = "CLAUDE_CLUSTER_FINGERPRINT";
    private static readonly string AnotherOne = new('0', 64);

    [Fact]
    public async Task Address_and_fingerprint_stand_in_variables_and_the_options_win()
    {
        await using var playground = Playground.Create();
        var (url, fingerprint) = await StartWithTlsAsync(playground);
        playground.Environment[Address] = url;
        playground.Environment[Fingerprint] = string.Join(':', fingerprint.Chunk(2).Select(pair => new string(pair)));

        var agents = await playground.CallAsync("agents", "list");
        var status = await playground.CallAsync("status");
        var elsewhere = await playground.CallAsync("tasks", "--coordinator", "http://127.0.0.1:1");
        var pinned = await playground.CallAsync("tasks", "--fingerprint", AnotherOne);
        playground.Environment[Fingerprint] = AnotherOne;
        var won = await playground.CallAsync("tasks", "--fingerprint", fingerprint);

        Assert.True(agents.Code == 0, agents.All);
        Assert.True(status.Code == 0, status.All);
        Assert.Contains("http://127.0.0.1:1/ does not answer", elsewhere.Output, StringComparison.Ordinal);
        Assert.True(pinned.Code == (int)ExitCode.HostNotReady, pinned.All);
        Assert.True(won.Code == 0, won.All);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_told_with_its_fingerprint_and_what_to_do()
    {
        await using var playground = Playground.Create();
        var (url, fingerprint) = await StartWithTlsAsync(playground);
        playground.Environment[Address] = url;

        var unknown = await playground.CallAsync("agents", "list", "--json");
        playground.Environment[Fingerprint] = AnotherOne;
        var other = await playground.CallAsync("agents", "list", "--json");

        AssertProblem(unknown, url, $"does not trust the certificate; its fingerprint is {fingerprint}");
        AssertProblem(other, url, $"another fingerprint than the one that was given: {fingerprint}");
    }

    [Fact]
    public async Task A_job_does_not_wait_for_a_certificate_to_become_the_right_one()
    {
        await using var playground = Playground.Create();
        var (url, _) = await StartWithTlsAsync(playground);
        playground.Environment[Address] = url;
        playground.Environment[Fingerprint] = AnotherOne;
        var begin = Stopwatch.GetTimestamp();

        var refused = await playground.CallAsync("trigger", "--event", playground.EventFile, "--event-name", "issues", "--patience", "60");

        Assert.True(refused.Code == (int)ExitCode.HostNotReady, refused.All);
        Assert.Contains("another fingerprint", refused.Output, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(30), "It tried again.");
    }

    [Fact]
    public async Task A_variable_that_cannot_be_used_is_named_as_the_place()
    {
        await using var playground = Playground.Create();
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = Token;
        playground.Environment[Fingerprint] = "abc";
        var fingerprint = await playground.CallAsync("status");
        playground.Environment[Address] = "nonsense";
        var address = await playground.CallAsync("status");

        Assert.True(fingerprint.Code == (int)ExitCode.BadInput, fingerprint.All);
        Assert.Contains(Fingerprint, fingerprint.Output, StringComparison.Ordinal);
        Assert.True(address.Code == (int)ExitCode.BadInput, address.All);
        Assert.Contains(Address, address.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("tasks")]
    [InlineData("trigger")]
    [InlineData("retry")]
    [InlineData("agents", "list")]
    public async Task The_help_names_the_variables(params string[] verb)
    {
        await using var playground = Playground.Create();

        var help = await playground.CallAsync([.. verb, "--help"]);

        Assert.Contains(Address, help.Output, StringComparison.Ordinal);
        Assert.Contains(Fingerprint, help.Output, StringComparison.Ordinal);
    }

    private static void AssertProblem(Ended ended, string place, string reason)
    {
        Assert.True(ended.Code == (int)ExitCode.HostNotReady, ended.All);
        Schema.Check("error", ended.Json);
        Assert.Contains(place, ended.Output, StringComparison.Ordinal);
        Assert.Contains(reason, ended.Output, StringComparison.Ordinal);
        Assert.Contains($"--fingerprint or {Fingerprint}", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("inner exception", ended.Output, StringComparison.Ordinal);
    }

    private static async Task<(string Url, string Fingerprint)> StartWithTlsAsync(Playground playground)
    {
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = playground.Environment["OPERATOR"] = Token;
        var port = FreePorts.Take();
        var process = playground.Start("coordinator", "--listen", $"0.0.0.0:{port}", "--store", "hub.db", "--operator-token-from", "OPERATOR", "--json");
        await process.SaysAsync("}");
        return ($"https://127.0.0.1:{port}", JsonNode.Parse(process.SaidSoFar)!["certificateFingerprint"]!.GetValue<string>());
    }
}
