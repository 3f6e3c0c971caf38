namespace ClaudeCluster.Orchestrations;

/// <summary>Writes the flow's comment and its status label. Twice is once: the comment is found by its id or marker, the label is set.</summary>
[DurableTask]
public sealed class UpdateIssuePage(IIssuePage page) : TaskActivity<FlowState, CommentId>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override Task<CommentId> RunAsync(TaskActivityContext context, FlowState input) => page.PutAsync(
        input.IssueRef, new CommentMarker(input.FlowId), input.Comment, StatusComment.Write(input), StatusComment.Labels(input), CancellationToken.None);
}
