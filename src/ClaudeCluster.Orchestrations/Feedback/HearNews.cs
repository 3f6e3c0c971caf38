namespace ClaudeCluster.Orchestrations;

public sealed record NewsInFlow(FlowState Flow, FlowNews News, DateTimeOffset Now);

/// <summary>Reads what the news are about, and decides by <see cref="FeedbackRules"/>; history remembers both. Only reads, so it may run twice.</summary>
[DurableTask]
public sealed class HearNews(TimeProvider time, IFeedback? feedback = null) : TaskActivity<NewsInFlow, Heard>
{
    private const int LooksBeforeNextTime = 4;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override async Task<Heard> RunAsync(TaskActivityContext context, NewsInFlow input) =>
        FeedbackRules.Hear(input.Flow, input.News, await ReadAsync(input.Flow, input.News), input.Now);

    private async Task<PullRequestFacts> ReadAsync(FlowState flow, FlowNews news)
    {
        if (feedback is null || flow.PullRequest is not { } pullRequest)
            return new();
        return (FeedbackRules.Needs(flow, news), news) switch
        {
            (FactsNeeded.Look, _) => new(Look: await LookAsync(feedback, flow.Repository, pullRequest.Number, mustKnow: news is FlowNews.BaseMoved)),
            (FactsNeeded.FailedChecks, FlowNews.ChecksFailed failed) => new(FailedChecks: await feedback.ReadFailedChecksAsync(flow.Repository, failed.Commit, CancellationToken.None)),
            (FactsNeeded.Review, FlowNews.ChangesRequested asked) => new(Review: await feedback.ReadReviewAsync(flow.Repository, pullRequest.Number, asked.Review, CancellationToken.None)),
            _ => new(),
        };
    }

    /// <summary>GitHub computes whether a pull request conflicts only when it is asked, and answers that it does not know yet.</summary>
    private async Task<PullRequestLook?> LookAsync(IFeedback feedback, RepositoryRef repository, int number, bool mustKnow)
    {
        for (var looks = 1; ; looks++)
        {
            var look = await feedback.LookAsync(repository, number, CancellationToken.None);
            if (!mustKnow || look is not { IsOpen: true, Conflicts: null } || looks == LooksBeforeNextTime)
                return look;
            await Task.Delay(BetweenLooks, time, CancellationToken.None);
        }
    }
}
