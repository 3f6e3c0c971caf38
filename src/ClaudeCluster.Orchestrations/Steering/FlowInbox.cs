namespace ClaudeCluster.Orchestrations;

/// <summary>A part of the flow: what it hears while it works, waits or rests. News that come twice are known by their key.</summary>
internal sealed class FlowInbox(TaskOrchestrationContext context)
{
    private const int MostRemembered = 200;
    private Task<NewsDelivery>? _next;

    /// <summary>News have come that nobody has looked at: an execution that ended now would lose them.</summary>
    public bool HasNews => _next is { IsCompleted: true };

    /// <summary>Until the work is done, or somebody stops it.</summary>
    /// <returns>The flow with what it heard, and whether the work must stop.</returns>
    public async Task<(FlowState Flow, bool Stop)> UntilAsync(FlowState flow, Task work)
    {
        while (true)
        {
            _next ??= context.WaitForFlowNewsAsync();
            if (await Task.WhenAny(work, _next) == work)
                return (flow, false);
            (flow, var stop) = await HearAsync(flow, await TakeAsync());
            if (stop)
                return (flow, true);
        }
    }

    /// <summary>At rest: the next news, those first that came while it worked. What came while it is paused waits on.</summary>
    public async Task<FlowState> HearNextAsync(FlowState flow) => flow is { PausedIn: null, Later: [var kept, ..] }
        ? (await HearAsync(flow with { Later = [.. flow.Later.Skip(1)] }, kept, isKept: true)).Flow
        : (await HearAsync(flow, await TakeAsync())).Flow;

    private async Task<FlowNews> TakeAsync()
    {
        var news = (await (_next ?? context.WaitForFlowNewsAsync())).News;
        _next = null;
        return news;
    }

    private async Task<(FlowState Flow, bool Stop)> HearAsync(FlowState flow, FlowNews news, bool isKept = false)
    {
        if (!isKept && flow.SeenEvents.Contains(news.Key, StringComparer.Ordinal))
            return (flow, false);
        flow = flow with { Repository = news.Repository ?? flow.Repository, SeenEvents = [.. flow.SeenEvents.Where(key => key != news.Key).Append(news.Key).TakeLast(MostRemembered)] };
        var hearing = context.CallHearNewsAsync(new(flow, news, context.CurrentUtcDateTime));
        // What the news are about may be gone by now, such as a review that was taken back.
        var heard = await Patience.ProblemOf(hearing) is null ? await hearing : new Heard(flow);
        flow = heard.Flow;
        context.SetCustomStatus(flow);
        if (news is FlowNews.Commanded command && (command.At is not null || command.IsInReview) && heard.Answer is { } answer)
            await Patience.ProblemOf(context.CallAnswerCommandAsync(new(flow.IssueRef, news.Key, news.By.Login, command.Issue is null ? flow.PullRequest?.Number : null, answer)));
        return (heard.Shows && !flow.IsOver ? await flow.ShowAsync(context) : flow, heard.Interrupts);
    }
}
