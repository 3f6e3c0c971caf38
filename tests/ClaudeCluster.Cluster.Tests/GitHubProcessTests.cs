namespace ClaudeCluster.Cluster.Tests;

/// <summary>What the other tests believe of the process that is GitHub to them.</summary>
public sealed class GitHubProcessTests
{
    private const string Person = "octo";
    private static readonly Uri Nobody = new("http://127.0.0.1:1/hook");

    [Fact]
    public async Task Whoever_waits_sees_what_somebody_else_does_at_once()
    {
        await using var gitHub = await StartAsync("octo/work");
        var issue = await gitHub.OpenIssueAsync("octo/work", Person, "A question", "Answer it.", "backend");
        var (looks, first) = (0, new TaskCompletionSource());

        var waiting = gitHub.UntilAsync(LooksAsync, TestContext.Current.CancellationToken);
        await first.Task;
        await gitHub.LabelAsync("octo/work", issue, "claude", Person);
        await waiting;

        var seen = Assert.Single((await gitHub.LookAtAsync("octo/work")).Issues);
        Assert.Equal(("A question", Person, "open"), (seen.Title, seen.Author, seen.State));
        Assert.InRange(looks, 2, 3);

        async Task<bool> LooksAsync()
        {
            looks++;
            var holds = (await gitHub.LookAtAsync("octo/work")).Issues.Single().Labels.Contains("claude");
            first.TrySetResult();
            return holds;
        }
    }

    [Fact]
    public async Task Webhook_is_silent_about_repositories_that_have_none()
    {
        await using var gitHub = await StartAsync("octo/told", "octo/silent");
        await gitHub.SetWebhookAsync(Nobody, "a secret", without: ["octo/silent"]);

        await gitHub.OpenIssueAsync("octo/silent", Person, "Not heard", "");
        await gitHub.OpenIssueAsync("octo/told", Person, "Heard", "");

        var delivery = Assert.Single(await gitHub.DeliveriesAsync());
        Assert.Contains("octo/told", delivery.Body, StringComparison.Ordinal);
        Assert.Equal([0], delivery.Statuses);
    }

    [Fact]
    public async Task What_it_cannot_do_says_why()
    {
        await using var gitHub = await StartAsync("octo/work");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => gitHub.CommitAsync("octo/other", "a.txt", "a"));

        Assert.Contains("The fake has no repository", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["main"], await gitHub.BranchesAsync("octo/work"));
    }

    private static async Task<GitHubProcess> StartAsync(params IReadOnlyList<string> repositories)
    {
        var gitHub = await GitHubProcess.StartAsync();
        foreach (var repository in repositories)
        {
            await gitHub.AddRepositoryAsync(repository, Person, GitHubProcess.StatusLabels);
            await gitHub.CommitAsync(repository, "README.md", "# Work\n");
        }

        return gitHub;
    }
}
