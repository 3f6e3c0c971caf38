namespace ClaudeCluster.Agent.Tests;

/// <summary>What is hidden around an agent's credentials, in whichever folder somebody has put them.</summary>
public sealed class CredentialPlacesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void The_folder_of_each_credential_is_hidden()
    {
        var places = CredentialPlaces.Of(["/opt/claude-agent/config/agent.yml", "/srv/secrets/claude-token"], ["/opt/claude-agent/logs"], ["/usr/bin", "/opt/toolchain/bin"]);

        Assert.Equal(["/opt/claude-agent/config", "/srv/secrets", "/opt/claude-agent/logs"], places.Folders);
        Assert.Empty(places.Alone);
    }

    [Theory]
    [InlineData("/agent.yml")]
    [InlineData("/etc/agent.yml")]
    [InlineData("/opt/agent.yml")]
    [InlineData("/usr/local/etc/agent.yml")]
    [InlineData("/etc/ssl/private/agent.yml")]
    [InlineData("/var/lib/agent.yml")]
    [InlineData("/opt/tools/agent.yml")]
    public void In_a_folder_that_the_system_or_a_program_needs_the_file_alone_is_hidden(string file)
    {
        var places = CredentialPlaces.Of([file], [], ["/opt/tools/bin", string.Empty, "relative"]);

        Assert.Empty(places.Folders);
        Assert.Equal([file], places.Files);
        Assert.Equal([file], places.Alone);
    }

    [Fact]
    public void Behind_a_link_both_ends_are_hidden()
    {
        var target = _folder.Write("behind/token", "secret");
        Directory.CreateDirectory(_folder["config"]);
        File.CreateSymbolicLink(_folder["config/token"], target);

        var places = CredentialPlaces.Of([_folder["config/token"]], [], []);

        Assert.Equal([_folder["config"], _folder["behind"]], places.Folders);
        Assert.Equal([_folder["config/token"], target], places.Files);
    }

    public void Dispose() => _folder.Dispose();
}
