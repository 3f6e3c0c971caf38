using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.GitHub.Tests.Feedback;

public sealed class RepliesTests
{
    private const string Reply = "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies";

    [Fact]
    public async Task Answer_stands_in_the_thread_once_however_often_it_is_asked_for()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);

        await pull.ReplyAsync(first, "Done.");
        await pull.ReplyAsync(first, "Done.");

        var answer = Assert.Single(Answers(pull, first));
        Assert.Equal(("robot", $"Done.\n\n{new CommentMarker("f")}"), (answer.Author.Login, answer.Body));
        Assert.Equal(1, kit.Operations.Count(operation => operation == Reply));
    }

    [Fact]
    public async Task Another_flow_and_another_thread_get_answers_of_their_own()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);
        await pull.ReviewAsync(null, new Remark("b.cs", 1, "And here?"));

        await pull.ReplyAsync(first, "Done.");
        await pull.ReplyAsync(first, "Done again.", flow: "g");
        await pull.ReplyAsync(pull.Pull.ReviewComments[1], "Done.");

        Assert.Equal(3, pull.Pull.ReviewComments.Count(comment => comment.First is not null));
    }

    [Fact]
    public async Task Mark_that_somebody_else_planted_does_not_silence_us()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);
        await pull.ReviewByAsync("mallory", null, new Remark("a.cs", 3, $"{new CommentMarker("f")}", first));

        await pull.ReplyAsync(first, "Done.");

        Assert.Contains(Answers(pull, first), answer => answer.Author.Login == "robot");
    }

    [Theory]
    [InlineData(Fault.ResetAfterEffect)]
    [InlineData(Fault.BadGatewayAfterEffect)]
    public async Task Answer_whose_answer_was_lost_is_one_even_if_lists_lag(Fault fault)
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);
        kit.Fake.Faults.Plan(Reply, fault);
        kit.Fake.World.ListLag = 2;

        await Assert.ThrowsAsync<GitHubException.Unavailable>(() => pull.ReplyAsync(first, "Done."));
        await pull.ReplyAsync(first, "Done.");

        Assert.Single(Answers(pull, first));
    }

    [Fact]
    public async Task Answer_that_was_never_posted_is_the_callers_to_ask_for_again()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);
        kit.Fake.Faults.Plan(Reply, Fault.ResetBeforeEffect);

        await Assert.ThrowsAsync<GitHubException.Unavailable>(() => pull.ReplyAsync(first, "Done."));
        await pull.ReplyAsync(first, "Done.");

        Assert.Single(Answers(pull, first));
    }

    [Fact]
    public async Task Thread_or_pull_request_that_is_gone_is_no_error()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);
        pull.Pull.ReviewComments.Clear();

        await pull.ReplyAsync(first, "Done.");
        await kit.Service.ReplyAsync(kit.Ref, 77, PullRequestUnderReview.IdOf(first.Id), new("f"), "Done.", default);

        Assert.Empty(pull.Pull.ReviewComments);
    }

    [Fact]
    public async Task Answer_that_is_too_long_is_cut_and_keeps_its_mark()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);

        await pull.ReplyAsync(first, new string('x', 70_000));

        var answer = Assert.Single(Answers(pull, first));
        Assert.Equal(65_536, answer.Body.Length);
        Assert.EndsWith($"{new CommentMarker("f")}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_count_as_content()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (pull, first) = await ThreadAsync(kit);

        var error = await Assert.ThrowsAsync<GitHubException.SecondaryLimit>(async () =>
        {
            for (var number = 0; number <= ApiBudget.MostContentInAMinute; number++)
                await pull.ReplyAsync(first, "Done.", flow: $"f{number}");
        });

        Assert.NotNull(error.RetryAt);
    }

    [Fact]
    public async Task Text_of_the_pull_request_is_written_anew_and_cut_if_it_is_too_long()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync("before");

        await kit.Service.UpdateAsync(kit.Ref, pull.Number, "after", default);
        Assert.Equal(("Mend it", "after"), (pull.Pull.Title, pull.Pull.Body));
        await kit.Service.UpdateAsync(kit.Ref, pull.Number, new string('x', 70_000), default);
        Assert.Equal(65_536, pull.Pull.Body!.Length);
        await Assert.ThrowsAsync<GitHubException.NotFoundOrNoAccess>(() => kit.Service.UpdateAsync(kit.Ref, 77, "x", default));
    }

    private static async Task<(PullRequestUnderReview Pull, ReviewComment First)> ThreadAsync(GitHubKit kit)
    {
        var pull = await kit.OpenPullRequestAsync();
        await pull.ReviewAsync("Look", new Remark("a.cs", 3, "Why?"));
        return (pull, pull.Pull.ReviewComments[0]);
    }

    private static IEnumerable<ReviewComment> Answers(PullRequestUnderReview pull, ReviewComment first) => pull.Pull.ReviewComments.Where(comment => comment.First == first);
}
