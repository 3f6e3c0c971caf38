using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.FakeGitHub.Webhooks;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>Commands in comments, to a coordinator that may never have heard of them.</summary>
public sealed class LostCommandTests : LostCommandKit
{
    [Fact]
    public async Task A_command_that_nobody_told_of_is_done_once_and_answered_once()
    {
        await using var coordinator = await StartAsync();
        await RestAsync(coordinator);

        await SayAsync("/claude pause");

        await TestCoordinator.UntilAsync(async () => await AnswersAsync() == 1);
        await UntilLooksAsync(3);
        Assert.Equal(FlowPhase.Review, (await FlowAsync(coordinator)).PausedIn);
        Assert.Equal(1, await AnswersAsync());
        Assert.Equal(Shop.Maintainer, Assert.Single(await ReceiptsAsync(coordinator)).Event.Sender.Login);
        await TestCoordinator.UntilAsync(() => Task.FromResult(_issue.Comments[0].Reactions is [{ Content: "eyes" }]));
    }

    [Fact]
    public async Task What_was_delivered_is_not_done_again_when_it_is_found()
    {
        string token;
        await using (var before = await StartAsync(looks: false))
        {
            token = before.OperatorToken;
            await RestAsync(before);
            HearWebhooksOf(before);
            await SayAsync("/claude status");
            await TestCoordinator.UntilAsync(async () => await AnswersAsync() == 1);
            _shop.GitHub.Webhooks.Target = null;
        }

        await using var after = await StartAsync(operatorToken: token);
        await UntilLooksAsync(3);
        await NothingElseHappenedAsync(after);
    }

    [Fact]
    public async Task What_was_found_is_not_done_again_when_it_is_delivered()
    {
        await using var coordinator = await StartAsync();
        await RestAsync(coordinator);
        HearWebhooksOf(coordinator);
        _shop.GitHub.Webhooks.Plan(DeliveryFate.Held);

        await SayAsync("/claude status");
        await TestCoordinator.UntilAsync(async () => await AnswersAsync() == 1);
        await _shop.GitHub.Webhooks.ReleaseAsync();

        Assert.Equal([202], _shop.GitHub.Webhooks.Deliveries.First(delivery => delivery.Event == "issue_comment").Statuses);
        await NothingElseHappenedAsync(coordinator);
    }

    [Fact]
    public async Task A_command_that_was_found_is_not_found_again_after_each_start()
    {
        string token;
        await using (var first = await StartAsync())
        {
            token = first.OperatorToken;
            await RestAsync(first);
            await SayAsync("/claude status");
            await TestCoordinator.UntilAsync(async () => await AnswersAsync() == 1);
        }

        for (var start = 0; start < 2; start++)
        {
            await using var again = await StartAsync(operatorToken: token);
            await UntilLooksAsync(3);
            await NothingElseHappenedAsync(again);
        }
    }

    [Fact]
    public async Task A_stranger_s_command_is_refused_and_asked_about_once()
    {
        await using var coordinator = await StartAsync();
        await RestAsync(coordinator);

        await SayAsync("/claude cancel", "mallory");
        await TestCoordinator.UntilAsync(async () => await ReceiptsAsync(coordinator) is [{ Receipt: not null }]);
        await UntilLooksAsync(3);

        Assert.Null(Assert.Single(await ReceiptsAsync(coordinator)).Receipt!.FlowId);
        Assert.Equal(FlowPhase.Review, (await FlowAsync(coordinator)).Phase);
        Assert.Single(_shop.GitHub.Requests.All, request => request.Operation == Permission);
        Assert.Equal(0, await AnswersAsync());
    }

    [Fact]
    public async Task What_its_author_has_replaced_is_not_done_and_the_audit_says_so()
    {
        string token;
        await using (var before = await StartAsync(looks: false))
        {
            token = before.OperatorToken;
            await RestAsync(before);
            await SayAsync("/claude cancel");
            await SayAsync("/claude pause");
        }

        await using var coordinator = await StartAsync(operatorToken: token);
        await TestCoordinator.UntilAsync(async () => await AnswersAsync() == 1);
        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!["what"]!.GetValue<string>() == $"octo/shop#{_issue.Number}"));
        await UntilLooksAsync(3);

        Assert.NotNull((await FlowAsync(coordinator)).PausedIn);
        Assert.Single(await ReceiptsAsync(coordinator));
        Assert.Contains("gave another one since", Assert.Single(await coordinator.AuditAsync(), entry => entry!["who"]!.GetValue<string>() == "reconciler")!["why"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_below_the_pull_request_and_at_its_lines_are_found_too()
    {
        await using var coordinator = await StartAsync();
        var pull = await RestAsync(coordinator);

        await _shop.GitHub.People.CommentAsync(_shop.Repository, pull, Shop.Maintainer, "/claude status");
        await _shop.GitHub.People.ReviewAsync(_shop.Repository, pull, Shop.Maintainer, "commented", null, new Remark("mended.txt", 1, "/claude budget 7"));
        await TestCoordinator.UntilAsync(async () => await ReceiptsAsync(coordinator) is [{ Receipt: not null }, { Receipt: not null }]);

        Assert.All(await ReceiptsAsync(coordinator), received => Assert.Equal(FlowId, received.Receipt!.FlowId));
        Assert.Equal(7, (await FlowAsync(coordinator)).Policy.Limits.Usd);
        Assert.Equal(["eyes", "eyes"], [.. pull.Comments.SelectMany(comment => comment.Reactions).Concat(pull.ReviewComments[0].Reactions).Select(reaction => reaction.Content)]);
    }

    [Fact]
    public async Task A_command_in_the_text_of_a_review_is_found_too_and_done_once()
    {
        await using var coordinator = await StartAsync();
        var pull = await RestAsync(coordinator);

        HearWebhooksOf(coordinator);
        _shop.GitHub.Webhooks.Plan(DeliveryFate.Held);

        await _shop.GitHub.People.ReviewAsync(_shop.Repository, pull, Shop.Maintainer, "commented", "/claude pause");
        await TestCoordinator.UntilAsync(async () => (await FlowAsync(coordinator)).PausedIn is not null);
        await _shop.GitHub.Webhooks.ReleaseAsync();
        await UntilLooksAsync(3);

        Assert.Single(await ReceiptsAsync(coordinator), received => received.Event is RepositoryEvent.Reviewed);
        Assert.Single(_shop.GitHub.Requests.All, request => request.Operation == Permission);
    }

    [Fact]
    public async Task Other_commands_mean_nothing_without_an_open_flow_and_a_look_costs_nothing()
    {
        await using var coordinator = await StartAsync();
        lock (_shop.GitHub.World.Gate)
            _issue.Comments.Add(new Comment(7, _shop.GitHub.World.User(Shop.Maintainer), "/claude pause", _shop.GitHub.World.Now - TimeSpan.FromMinutes(1)));
        await UntilQuietAsync();
        Assert.Empty(await ReceiptsAsync(coordinator));

        await RestAsync(coordinator);
        await UntilQuietAsync();
        _shop.GitHub.Requests.Clear();
        await UntilLooksAsync(3);

        Assert.All(_shop.GitHub.Requests.All, request => Assert.Equal((304, false), (request.Status, request.IsCounted)));
        Assert.Empty(await ReceiptsAsync(coordinator));
    }

    [Fact]
    public async Task A_young_command_is_left_to_its_webhook()
    {
        await using var coordinator = await StartAsync(after: TimeSpan.FromMinutes(1));
        await RestAsync(coordinator);

        await SayAsync("/claude status");
        await UntilLooksAsync(4);

        Assert.Empty(await ReceiptsAsync(coordinator));
    }
}
