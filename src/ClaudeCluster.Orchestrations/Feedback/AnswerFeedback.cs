using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>After a round of feedback: the pull request's text says what was verified of its new commit, and each thread of the review gets an answer. Twice is once.</summary>
/// <returns>How many threads were answered.</returns>
[DurableTask]
public sealed class AnswerFeedback(IFeedback? feedback = null) : TaskActivity<FlowState, int>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override async Task<int> RunAsync(TaskActivityContext context, FlowState input)
    {
        if (feedback is null || input.PullRequest is not { } pullRequest || input.Attempts is not [.., var attempt])
            return 0;
        await feedback.UpdateAsync(input.Repository, pullRequest.Number, PullRequestDraft.Write(input).Body, CancellationToken.None);
        var threads = input.Round?.Threads ?? [];
        var marker = new CommentMarker(string.Create(CultureInfo.InvariantCulture, $"{input.FlowId}-a{attempt.Number}"));
        var reply = string.Create(CultureInfo.InvariantCulture, $"{marker}\nAnswered with {SafeMarkdown.Code(input.Head?.Short ?? "a new commit")} (attempt {attempt.Number}). Whether it is what was meant, a person says.\n");
        foreach (var thread in threads)
            await feedback.ReplyAsync(input.Repository, pullRequest.Number, thread, marker, reply, CancellationToken.None);
        return threads.Count;
    }
}
