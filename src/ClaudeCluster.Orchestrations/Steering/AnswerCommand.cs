namespace ClaudeCluster.Orchestrations;

/// <param name="Key">The command's own: its answer is found again by it.</param>
/// <param name="To">Who asked.</param>
/// <param name="OnPullRequest">The command stood there; null: on the issue.</param>
public sealed record CommandAnswer(IssueRef Issue, string Key, string To, int? OnPullRequest, string Markdown);

/// <summary>Answers a command where it was given. Twice is once: the answer has a marker.</summary>
[DurableTask]
public sealed class AnswerCommand(IIssuePage page) : TaskActivity<CommandAnswer, CommentId>
{
    private const int EnoughOfKey = 16;

    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override Task<CommentId> RunAsync(TaskActivityContext context, CommandAnswer input) => page.PutCommentAsync(
        input.OnPullRequest is { } number ? input.Issue with { Number = number } : input.Issue,
        Marker(input),
        known: null,
        $"{Marker(input)}\n@{SafeMarkdown.Line(input.To, 60)}: {input.Markdown}\n",
        CancellationToken.None);

    private static CommentMarker Marker(CommandAnswer answer) => new($"answer-{answer.Key[..Math.Min(EnoughOfKey, answer.Key.Length)]}");
}

/// <param name="Comment">Where the command stands.</param>
public sealed record SignAtCommand(RepositoryRef Repository, RemarkRef Comment, Reaction Reaction);

/// <summary>A sign at a command: it is taken in and will not be lost. Twice is once.</summary>
[DurableTask]
public sealed class ReactToCommand(IFeedback? feedback = null) : TaskActivity<SignAtCommand, bool>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override async Task<bool> RunAsync(TaskActivityContext context, SignAtCommand input)
    {
        if (feedback is null)
            return false;
        await feedback.ReactAsync(input.Repository, input.Comment, input.Reaction, CancellationToken.None);
        return true;
    }
}
