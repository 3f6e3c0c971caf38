using System.Text;
using System.Text.Json.Nodes;

namespace ClaudeCluster.GitHub.Tests.Events;

/// <summary>GitHub's own collection of payloads (npm <c>@octokit/webhooks-examples</c>).</summary>
public sealed class WebhookExamplesTests
{
    [Fact]
    public void Every_example_of_an_issues_event_is_read()
    {
        GitHubSchemas.SkipUnlessSetUp();
        var examples = Examples("issues");

        var read = examples.Select((example, index) => EventReader.Read(example, $"issues example {index + 1}", "issues")).ToList();

        Assert.Equal(29, read.Count);
        Assert.Equal(2, read.OfType<IssueEvent.Labeled>().Count());
        Assert.Equal(4, read.OfType<IssueEvent.Opened>().Count());
        Assert.All(read, one => Assert.NotEqual(0, one.Repository.Id));
    }

    private static List<byte[]> Examples(string name)
    {
        var file = Path.Combine(GitHubSchemas.Folder, "node_modules", "@octokit", "webhooks-examples", "api.github.com", "index.json");
        var events = JsonNode.Parse(File.ReadAllText(file))!.AsArray();
        return [.. events.Single(one => one!["name"]!.GetValue<string>() == name)!["examples"]!.AsArray().Select(example => Encoding.UTF8.GetBytes(example!.ToJsonString()))];
    }
}
