namespace ClaudeCluster.GitHub.Tests.Events;

public sealed class WebhookSignatureTests
{
    private const string Secret = "It's a Secret to Everybody";
    private const string Good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    /// <summary>The example of GitHub's page on validating webhook deliveries.</summary>
    [Fact]
    public void GitHubs_own_example_is_good() => Assert.True(WebhookSignature.IsGood("Hello, World!"u8, Good, Secret));

    [Theory]
    [InlineData("Hello, World?", Good, Secret)]
    [InlineData("Hello, World!", Good, "another secret")]
    [InlineData("Hello, World!", Good, "")]
    [InlineData("Hello, World!", null, Secret)]
    [InlineData("Hello, World!", "", Secret)]
    [InlineData("Hello, World!", "sha256=", Secret)]
    [InlineData("Hello, World!", "sha1=757107ea0eb2509fc211221cce984b8a37570b6d", Secret)]
    public void Anything_else_is_not(string body, string? signature, string secret) =>
        Assert.False(WebhookSignature.IsGood(System.Text.Encoding.UTF8.GetBytes(body), signature, secret));
}
