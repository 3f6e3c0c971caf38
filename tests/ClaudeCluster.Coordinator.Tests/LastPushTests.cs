using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.Coordinator.Tests;

public sealed class LastPushTests
{
    private static readonly DateTimeOffset End = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    public void After_the_end_only_the_owner_saves_its_work_and_only_for_ten_minutes(OrchestrationRuntimeStatus status)
    {
        var attempt = new InstanceState("issue-1-2-1-a1", "e", "Attempt") { Status = status, LastUpdatedAt = End, CustomStatus = """{"owner":"pc-3-1","agent":"pc-3"}""" };

        Assert.True(LastPush.IsAllowed(attempt, new AgentId("pc-3"), End.AddMinutes(9.9)));
        Assert.False(LastPush.IsAllowed(attempt, new AgentId("pc-3"), End.AddMinutes(10)));
        Assert.False(LastPush.IsAllowed(attempt, new AgentId("pc-4"), End));
        Assert.False(LastPush.IsAllowed(attempt with { CustomStatus = null }, new AgentId("pc-3"), End));
    }

    [Fact]
    public void While_it_lasts_who_was_given_it_may_push() =>
        Assert.True(LastPush.IsAllowed(new InstanceState("issue-1-2-1-a1", "e", "Attempt") { Status = OrchestrationRuntimeStatus.Running }, new AgentId("pc-3"), End.AddDays(1)));
}
