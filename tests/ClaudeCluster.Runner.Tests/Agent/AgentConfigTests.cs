using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeCluster.Agent;
using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Runner.Tests;

/// <summary>agent.yml: its reader, its published schema and its example say the same.</summary>
public sealed partial class AgentConfigTests
{
    private static readonly string Docs = Path.GetDirectoryName(Schema.Folder)!;

    private static readonly JsonObject Published = JsonNode.Parse(File.ReadAllText(Path.Combine(Schema.Folder, "agent-config.json")))!.AsObject();

    private static string Example => File.ReadAllText(Path.Combine(Docs, "agent.example.yml"));

    [Fact]
    public void The_example_is_valid_and_shows_every_kind_of_value()
    {
        var settings = Read(Example);

        Assert.Equal("backend-specialist-001", settings.AgentId.Value);
        Assert.Equal(new Uri("http://192.168.1.10:8080"), settings.CoordinatorUrl);
        Assert.Equal(["backend", "api", "database", "python"], settings.Specialties.Select(specialty => specialty.Value));
        Assert.Equal(2, settings.Slots);
        Assert.Equal(8L << 30, settings.Limits.Resources.MemoryBytes);
        Assert.IsType<SecretReference.InFile>(settings.Credentials.AgentToken);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Schema_and_example_know_the_same_keys()
    {
        // A key that is commented out is an example too.
        var shown = ExampleKey().Matches(Example).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(Keys(Published).Where(key => !shown.Contains(key)));
    }

    [Fact]
    public void Schema_and_reader_know_the_same_keys()
    {
        foreach (var (section, words) in Sections())
        {
            var known = KnownTo(section);
            Assert.Equal(words.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void The_guide_s_own_file_is_read_unchanged_but_for_the_trust_in_its_network()
    {
        var settings = Read("""
            agent_id: testing-specialist-001
            hostname: 192.168.1.13
            coordinator_url: http://192.168.1.10:8080
            specialties:
              - testing
              - qa
              - pytest
              - jest
              - e2e
            workspace_root: /opt/claude-agent/workspaces
            max_concurrent_tasks: 3
            github_token: ghp_testing_pc_github_token
            """);

        Assert.Equal(("testing-specialist-001", 3), (settings.AgentId.Value, settings.Slots));
        Assert.Contains("'github_token' stands in the file itself.", Assert.Single(settings.Warnings).Reason, StringComparison.Ordinal);
        Assert.Equal(8000, settings.Health.Port);
    }

    [Theory]
    [InlineData("repositories: { submodules: false }", false)]
    [InlineData("repositories: { partial: true }", true)]
    public void Files_of_old_commits_are_fetched_unless_the_owner_says_otherwise(string line, bool isPartial) =>
        Assert.Equal(isPartial, Read($"agent_id: a\nhub: localhost\nspecialties: backend\nworkspace_root: w\n{line}\n").PartialMirrors);

    [Fact]
    public void What_the_file_does_not_say_may_stand_in_the_environment()
    {
        var settings = AgentYaml.Read(
            "agent_id: a\nhub: localhost\nspecialties: backend\nworkspace_root: w\n",
            "agent.yml",
            name => name switch { "GIT_USER_NAME" => "Ada", "GIT_USER_EMAIL" => "ada@example.org", "LOG_LEVEL" => "debug", "GITHUB_TOKEN" => "ghp_x", _ => null });

        Assert.Equal(("Ada", "ada@example.org", "DEBUG"), (settings.GitName, settings.GitEmail, settings.Logging.Level));
        Assert.Equal(new SecretReference.Variable("GITHUB_TOKEN"), settings.Credentials.GitHubToken);
    }

    [Theory]
    [InlineData("limits: { memory: lots }", "'lots' is no size.")]
    [InlineData("limits: { drain: soon }", "'drain' cannot be 'soon'.")]
    [InlineData("claude: { arguments: [--dangerous] }", "'--dangerous' is not one of the options")]
    [InlineData("repositories: { url: 'https://me:secret@host/{repository}' }", "The address holds a credential.")]
    [InlineData("coordinator_url: http://192.168.1.10:8080\ncredentials: { agent_token: env:X }", "in the clear")]
    [InlineData("certificate_fingerprint: abc", "no SHA-256 fingerprint")]
    [InlineData("health: { listen: everywhere }", "no address of a machine")]
    [InlineData("logging: { levels: DEBUG }", "Did you mean 'level'?")]
    public void A_bad_value_is_told_with_its_line(string line, string reason)
    {
        var bad = Assert.Throws<BadInputException>(() => Read($"agent_id: a\nhub: localhost\nspecialties: backend\nworkspace_root: w\n{line}\n"));

        var problem = Assert.Single(bad.Problems);
        Assert.StartsWith("agent.yml:5", problem.Place, StringComparison.Ordinal);
        Assert.Contains(reason, problem.ToString(), StringComparison.Ordinal);
    }

    private static AgentSettings Read(string text) => AgentYaml.Read(text, "agent.yml", _ => null);

    /// <summary>The reader names the keys it knows when it meets one that it does not.</summary>
    private static string[] KnownTo(string section)
    {
        const string unknown = "zzzzzzzzzzzzzzzz: 1\n";
        var text = $"agent_id: a\nhub: localhost\nspecialties: backend\nworkspace_root: w\n{(section.Length == 0 ? unknown : $"{section}:\n  {unknown}")}";
        var problem = Assert.Single(Assert.Throws<BadInputException>(() => Read(text)).Problems);
        return problem.Fix["Known here: ".Length..].TrimEnd('.').Split(", ");
    }

    private static IEnumerable<(string Section, IEnumerable<string> Words)> Sections()
    {
        yield return (string.Empty, Published["properties"]!.AsObject().Select(pair => pair.Key));
        foreach (var (name, value) in Published["properties"]!.AsObject())
        {
            if (value!["properties"] is JsonObject inner)
                yield return (name, inner.Select(pair => pair.Key));
        }
    }

    private static IEnumerable<string> Keys(JsonObject schema) => schema["properties"] is JsonObject properties
        ? properties.SelectMany(pair => Keys(pair.Value!.AsObject()).Prepend(pair.Key))
        : [];

    [GeneratedRegex(@"^\s*(?:# )?([a-z_]+):", RegexOptions.Multiline, 1000)]
    private static partial Regex ExampleKey();
}
