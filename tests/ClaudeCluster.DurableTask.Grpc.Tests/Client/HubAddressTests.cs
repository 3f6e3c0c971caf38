using ClaudeCluster.DurableTask.Grpc.Client;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Client;

public sealed class HubAddressTests
{
    [Theory]
    [InlineData("localhost:4001", "http://localhost:4001/", "default")]
    [InlineData("http://10.0.0.7:4001", "http://10.0.0.7:4001/", "default")]
    [InlineData("https://hub.example", "https://hub.example/", "default")]
    [InlineData("Endpoint=http://localhost:8080;TaskHub=mine;Authentication=None", "http://localhost:8080/", "mine")]
    [InlineData("taskhub=mine; ENDPOINT=scheduler.example ;authentication=DefaultAzure;", "https://scheduler.example/", "mine")]
    public void An_address_or_a_connection_string_names_a_hub(string text, string endpoint, string taskHub)
    {
        var address = HubAddress.Parse(text);

        Assert.Equal((endpoint, taskHub), (address.Endpoint.ToString(), address.TaskHub));
    }

    [Theory]
    [InlineData("ftp://hub.example", "ftp://hub.example")]
    [InlineData("http://hub.example/path", "without a path")]
    [InlineData("http://me:secret@hub.example", "no address")]
    [InlineData("Endpoint=http://localhost;TaskHub=mine", "no Authentication")]
    [InlineData("Endpoint=http://localhost;TaskHub;Authentication=None", "'TaskHub'")]
    public void What_names_no_hub_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => HubAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://10.0.0.7:4001", true)]
    [InlineData("https://10.0.0.7:4001", false)]
    [InlineData("http://127.0.0.1:4001", false)]
    [InlineData("http://localhost:4001", false)]
    [InlineData("http://[::1]:4001", false)]
    public void Only_a_network_without_TLS_is_in_the_clear(string text, bool isInTheClear) => Assert.Equal(isInTheClear, HubAddress.Parse(text).IsInTheClear);

    [Fact]
    public void A_credential_is_not_sent_in_the_clear_unless_that_is_allowed()
    {
        var address = HubAddress.Parse("http://10.0.0.7:4001");
        var options = new RemoteTaskHubOptions { Token = new StaticHubToken("secret") };

        var e = Assert.Throws<ArgumentException>(() => new RemoteTaskHub(address, options, TimeProvider.System, new Random(1)));
        Assert.Contains("https://", e.Message, StringComparison.Ordinal);
        _ = new RemoteTaskHub(address, options with { AllowInsecureCredential = true }, TimeProvider.System, new Random(1));
    }
}
