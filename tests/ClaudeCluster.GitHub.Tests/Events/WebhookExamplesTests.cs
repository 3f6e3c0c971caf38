using System.Text;
using System.Text.Json;
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

    [Theory]
    [InlineData("issues", typeof(RepositoryEvent.IssueChanged), 29)]
    [InlineData("issue_comment", typeof(RepositoryEvent.Commented), 9)]
    [InlineData("pull_request", typeof(RepositoryEvent.PullRequestChanged), 29)]
    [InlineData("pull_request_review", typeof(RepositoryEvent.Reviewed), 4)]
    [InlineData("pull_request_review_comment", typeof(RepositoryEvent.ReviewCommented), 5)]
    [InlineData("push", typeof(RepositoryEvent.Pushed), 7)]
    [InlineData("status", typeof(RepositoryEvent.StatusChanged), 4)]
    [InlineData("check_suite", typeof(RepositoryEvent.ChecksChanged), 9)]
    [InlineData("workflow_run", typeof(RepositoryEvent.RunChanged), 5)]
    [InlineData("workflow_job", typeof(RepositoryEvent.JobChanged), 8)]
    [InlineData("check_run", typeof(RepositoryEvent.Other), 9)]
    public void Every_example_of_an_event_is_read_with_its_name_and_without(string name, Type expected, int count)
    {
        GitHubSchemas.SkipUnlessSetUp();
        var examples = Examples(name);

        Assert.Equal(count, examples.Count);
        Assert.All(examples, example =>
        {
            var read = RepositoryEventReader.Read(example, $"{name} example", name);
            Assert.IsType(expected, read);
            Assert.Equal(read.Key, RepositoryEventReader.Read(example, "elsewhere")!.Key);
        });
    }

    [Fact]
    public void Examples_that_say_different_things_have_different_keys()
    {
        GitHubSchemas.SkipUnlessSetUp();
        string[] names = ["issues", "issue_comment", "pull_request_review", "pull_request_review_comment", "push", "workflow_run", "workflow_job"];

        var read = names.SelectMany(name => Examples(name).Select(example => RepositoryEventReader.Read(example, name, name)!)).ToList();

        // GitHub's collection holds some payloads twice but for fields that nobody reads.
        var same = read.GroupBy(one => one.Key).Where(group => group.Select(SaidBy).Distinct(StringComparer.Ordinal).Count() > 1);
        Assert.Empty(same);
    }

    /// <summary>A new comment is the same one whatever stands around it.</summary>
    private static string SaidBy(RepositoryEvent one) => one switch
    {
        RepositoryEvent.Commented { Action: "created" } said => JsonSerializer.Serialize(said.Comment),
        RepositoryEvent.ReviewCommented { Action: "created" } said => JsonSerializer.Serialize(said.Comment),
        _ => JsonSerializer.Serialize(one),
    };

    private static List<byte[]> Examples(string name)
    {
        var file = Path.Combine(GitHubSchemas.Folder, "node_modules", "@octokit", "webhooks-examples", "api.github.com", "index.json");
        var events = JsonNode.Parse(File.ReadAllText(file))!.AsArray();
        return [.. events.Single(one => one!["name"]!.GetValue<string>() == name)!["examples"]!.AsArray().Select(example => Encoding.UTF8.GetBytes(example!.ToJsonString()))];
    }
}
