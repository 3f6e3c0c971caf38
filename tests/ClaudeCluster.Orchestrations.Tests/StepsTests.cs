using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>The flow's small activities over a GitHub in memory: what they do, and that twice is once.</summary>
public class StepsTests
{
    private readonly RecordingGitHub _github = new();

    [Fact]
    public void Each_task_of_the_library_is_registered_with_the_flow()
    {
        var (registered, generated) = (new DurableTaskRegistry().AddIssueToPullRequest(), new DurableTaskRegistry().AddAllGeneratedTasks());
        Assert.Equal(generated.Orchestrators.Select(name => name.Name).Order(), registered.Orchestrators.Select(name => name.Name).Order());
        Assert.Equal(generated.Activities.Select(name => name.Name).Order(), registered.Activities.Select(name => name.Name).Order());
    }

    [Fact]
    public async Task Without_a_policy_file_the_defaults_hold()
    {
        var snapshot = await new ReadPolicy(_github).RunAsync(null!, Sample.Shop);
        Assert.Equal(new(RepositoryPolicy.Default, null), snapshot);
    }

    [Fact]
    public async Task The_policy_file_comes_with_its_commit()
    {
        _github.Files[RepositoryPolicy.Path] = new("tests: make check", new("abc"));
        var snapshot = await new ReadPolicy(_github).RunAsync(null!, Sample.Shop);
        Assert.Equal("abc", snapshot.Commit?.Value);
        Assert.Equal([new TestCommand("make check")], snapshot.Policy.Tests);
    }

    [Fact]
    public async Task A_bad_policy_file_is_told_with_its_lines()
    {
        _github.Files[RepositoryPolicy.Path] = new("tests: {}\nnonsense: 1", new("abc"));
        var bad = await Assert.ThrowsAsync<BadInputException>(() => new ReadPolicy(_github).RunAsync(null!, Sample.Shop));
        Assert.Equal([".github/claude-cluster.yml:1", ".github/claude-cluster.yml:2"], bad.Problems.Select(problem => problem.Place));
    }

    [Fact]
    public async Task A_flow_is_started_once_even_if_it_has_ended_meanwhile()
    {
        await using var store = new MemoryHubStore();
        await using var hub = new LocalTaskHub(store, TimeProvider.System);
        await hub.OpenAsync();
        var client = new DurableTaskClient(hub);

        var id = await new StartFlow(client).RunAsync(null!, Sample.Queued);
        await client.TerminateInstanceAsync(id, "stopped");
        Assert.Equal(id, await new StartFlow(client).RunAsync(null!, Sample.Queued));

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await client.GetInstanceAsync(id))?.RuntimeStatus);
    }

    [Fact]
    public async Task A_flow_that_could_not_be_started_is_an_error()
    {
        await using var store = new MemoryHubStore();
        await using var hub = new LocalTaskHub(store, TimeProvider.System);
        await hub.OpenAsync();
        var tooLong = Sample.Queued with { EndReason = new string('x', 10_000_000) };

        await Assert.ThrowsAsync<ArgumentException>(() => new StartFlow(new DurableTaskClient(hub)).RunAsync(null!, tooLong));
    }

    [Fact]
    public async Task Routing_is_the_rules_decision()
    {
        var decision = await new RouteIssue().RunAsync(null!, new(Sample.Queued.Issue with { Title = "css" }, RepositoryPolicy.Default));
        Assert.Equal("frontend", decision.Specialty?.Value);
    }

    [Theory]
    [InlineData(FailurePoint.BeforeEffect)]
    [InlineData(FailurePoint.AfterEffect)]
    public async Task A_page_that_is_updated_again_after_a_failure_has_one_comment_and_one_label(FailurePoint point)
    {
        foreach (var call in (string[])[nameof(IIssuePage.PutCommentAsync), nameof(IIssuePage.PutLabelsAsync)])
        {
            _github.FailNext(call, point);
            await Assert.ThrowsAsync<HttpRequestException>(() => new UpdateIssuePage(_github).RunAsync(null!, Sample.Queued));
        }

        var comment = await new UpdateIssuePage(_github).RunAsync(null!, Sample.Queued);
        await new UpdateIssuePage(_github).RunAsync(null!, Sample.Accepted with { Comment = comment });
        Assert.Equal(["comment 1 posted on #12", "label claude:working set on #12", "comment 1 edited", "label claude:working taken from #12", "label claude:review set on #12"], _github.Effects);
    }

    [Theory]
    [InlineData(FailurePoint.BeforeEffect)]
    [InlineData(FailurePoint.AfterEffect)]
    public async Task A_branch_is_promoted_once(FailurePoint point)
    {
        var input = new PromoteBranchInput(Sample.Shop, new("claude/issue-12", null, new("c1"), "claude/wip/12-1-a1"));
        _github.FailNext(nameof(IPullRequests.PromoteAsync), point);
        await Assert.ThrowsAsync<HttpRequestException>(() => new PromoteBranch(_github).RunAsync(null!, input));
        Assert.Equal("c1", (await new PromoteBranch(_github).RunAsync(null!, input)).Value);
        Assert.Single(_github.Effects);
    }

    [Fact]
    public async Task A_branch_that_somebody_moved_is_left_alone()
    {
        _github.SetBranch("claude/issue-12", new("theirs"));
        await Assert.ThrowsAsync<BranchMovedException>(() => new PromoteBranch(_github).RunAsync(null!, new(Sample.Shop, new("claude/issue-12", null, new("ours"), "w"))));
        Assert.Equal("theirs", _github.Branches["claude/issue-12"].Value);
        Assert.Empty(_github.Effects);
    }

    [Theory]
    [InlineData(FailurePoint.BeforeEffect)]
    [InlineData(FailurePoint.AfterEffect)]
    public async Task A_pull_request_is_opened_once(FailurePoint point)
    {
        _github.FailNext(nameof(IPullRequests.OpenAsync), point);
        await Assert.ThrowsAsync<HttpRequestException>(() => new OpenPullRequest(_github).RunAsync(null!, Sample.Accepted));
        var opened = await new OpenPullRequest(_github).RunAsync(null!, Sample.Accepted);
        Assert.Equal("claude/issue-12", opened.Head);
        Assert.Equal(PullRequestDraft.Write(Sample.Accepted), Assert.Single(_github.PullRequests).Text);
        Assert.Single(_github.Effects);
    }

    [Fact]
    public async Task The_attempts_branches_are_deleted_and_may_be_gone()
    {
        _github.SetBranch("claude/wip/12-1-a2", new("c2"));
        Assert.Equal(2, await new DeleteAttemptBranches(_github).RunAsync(null!, Sample.Accepted));
        Assert.Equal(2, await new DeleteAttemptBranches(_github).RunAsync(null!, Sample.Accepted));
        Assert.Equal(["branch claude/wip/12-1-a2 deleted"], _github.Effects);
    }
}
