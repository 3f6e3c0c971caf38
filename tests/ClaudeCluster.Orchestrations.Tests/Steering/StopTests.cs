using ClaudeCluster.DurableTask.Client;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>Work that somebody stops by what they do to the issue.</summary>
public sealed class StopTests
{
    private readonly TaskCompletionSource<AgentTask> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("closed", "'ada' closed the issue")]
    [InlineData("unlabeled", "'ada' took the label 'claude' away")]
    [InlineData("excluded", "'ada' set the label 'claude:skip'")]
    public async Task Work_stops_when_somebody_with_the_right_says_so_and_the_comment_says_why(string how, string why)
    {
        await using var harness = await StartAsync();
        var flowId = (await harness.ReceiveAsync(Labelled())).FlowId!;
        var attempt = await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await harness.ReceiveAsync(Stop(how));
        var flow = await harness.FlowAsync(flowId);

        Assert.Equal((FlowPhase.Failed, $"Stopped: {why}."), (flow.Phase, flow.EndReason));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await harness.Client.GetInstanceAsync(attempt.AttemptId))!.RuntimeStatus);
        Assert.IsType<AttemptOutcome.Cancelled>(Assert.Single(flow.Attempts).Result!.Outcome);
        Assert.Contains(why[^10..], Assert.Single(harness.GitHub.Comments).Markdown, StringComparison.Ordinal);
        Assert.Contains("claude:failed", harness.GitHub.LabelsOf(flow.IssueRef));
        Assert.Empty(harness.GitHub.PullRequests);
        _mayEnd.SetResult();
    }

    [Fact]
    public async Task A_wait_for_an_account_is_ended_too()
    {
        await using var harness = await FlowHarness.StartAsync(task =>
        {
            _begun.TrySetResult(task);
            return new AttemptResult { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.UsageLimited(TimeProvider.System.GetUtcNow().AddDays(3), "account") };
        });
        var flowId = (await harness.ReceiveAsync(Labelled())).FlowId!;
        while ((await harness.Client.GetInstanceAsync(flowId, getInputsAndOutputs: true))!.ReadCustomStatusAs<FlowState>()?.Phase != FlowPhase.Waiting)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        await harness.ReceiveAsync(Stop("closed"));

        Assert.Equal("Stopped: 'ada' closed the issue.", (await harness.FlowAsync(flowId)).EndReason);
    }

    [Fact]
    public async Task Another_event_and_the_same_one_twice_stop_nothing()
    {
        await using var harness = await StartAsync();
        var flowId = (await harness.ReceiveAsync(Labelled())).FlowId!;
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60));

        var edited = new IssueEvent.Edited { Key = "edited", Repository = Labelled().Repository, Issue = Labelled().Issue, Sender = Labelled().Sender };
        await harness.ReceiveAsync(edited);
        await harness.Client.RaiseFlowNewsAsync(flowId, new NewsDelivery(new FlowNews.TextEdited(edited.Issue) { Key = edited.Key, By = edited.Sender }));
        await harness.Client.RaiseFlowNewsAsync(flowId, new NewsDelivery(new FlowNews.Stopped("the first event again") { Key = Labelled().Key, By = edited.Sender }));
        _mayEnd.SetResult();
        var flow = await harness.FlowAsync(flowId);

        Assert.Equal(FlowPhase.Review, flow.Phase);
        Assert.Equal(1, flow.SeenEvents.Count(key => key == "k"));
        Assert.InRange(flow.SeenEvents.Count(key => key == "edited"), 0, 1);
    }

    [Fact]
    public async Task Somebody_without_the_right_stops_nothing()
    {
        await using var harness = await StartAsync();
        var flowId = (await harness.ReceiveAsync(Labelled())).FlowId!;
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60));

        var receipt = await harness.ReceiveAsync(Stop("closed") with { Sender = new Requester("eve", 2, IsBot: false) });
        _mayEnd.SetResult();

        Assert.Null(receipt.FlowId);
        Assert.Equal(FlowPhase.Review, (await harness.FlowAsync(flowId)).Phase);
    }

    private Task<FlowHarness> StartAsync() => FlowHarness.StartAsync<IssueToPullRequest>(async task =>
    {
        _begun.TrySetResult(task);
        await _mayEnd.Task;
        return new AttemptResult { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.Succeeded(), Commit = new CommitId(new string('1', 40)) };
    });

    private static IssueEvent Stop(string how)
    {
        var (key, repository, sender) = (how, Labelled().Repository, Labelled().Sender);
        return how switch
        {
            "closed" => new IssueEvent.Closed { Key = key, Repository = repository, Issue = Labelled().Issue with { IsOpen = false }, Sender = sender },
            "unlabeled" => new IssueEvent.Unlabeled("claude") { Key = key, Repository = repository, Issue = Labelled().Issue with { Labels = [] }, Sender = sender },
            _ => new IssueEvent.Labeled("claude:skip") { Key = key, Repository = repository, Issue = Labelled().Issue with { Labels = ["claude", "claude:skip"] }, Sender = sender },
        };
    }

    private static IssueEvent.Labeled Labelled() => new("claude")
    {
        Key = "k",
        Repository = new RepositoryRef(7, "octo/repo", "main", IsPublic: false),
        Issue = new IssueSnapshot { Number = 12, Title = "The API answers 500", Body = "It should not.", Labels = ["claude"], Author = "eve", UpdatedAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        Sender = new Requester("ada", 1, IsBot: false),
    };
}
