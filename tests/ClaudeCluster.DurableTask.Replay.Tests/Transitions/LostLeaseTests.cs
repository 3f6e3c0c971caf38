using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Replay.Tests.Transitions;

/// <summary>What becomes of work whose holder does not finish it.</summary>
public sealed class LostLeaseTests
{
    private const int Most = 10;
    private static readonly DateTimeOffset Now = Flow.Noon;

    private static readonly InstanceState State = new("instance", "execution", "Flow")
    {
        Status = OrchestrationRuntimeStatus.Running,
        Revision = 5,
        Parent = new ParentInstance("parent", "px", "Parent", 4),
    };

    [Fact]
    public void Lost_work_waits_again_and_the_delivery_stays_counted()
    {
        var step = LostLease.Decide(Step(Most - 1), Most, Now);
        var activity = LostLease.Decide(Activity(Most - 1), Most, Now);

        Assert.Equal((new Guard.HoldsStep("token"), Disposition.Requeued), (step.Guard, step.Leased));
        Assert.Equal((new Guard.HoldsActivity("token"), Disposition.Requeued), (activity.Guard, activity.Leased));
        Assert.Empty(step.History);
        Assert.Empty(activity.Messages);
    }

    [Fact]
    public void Work_given_back_waits_again_as_if_it_had_not_been_delivered()
    {
        var step = LostLease.GiveBack(Step(Most));
        var activity = LostLease.GiveBack(Activity(Most, TaskTags.Fail));

        Assert.Equal((new Guard.HoldsStep("token"), Disposition.Returned), (step.Guard, step.Leased));
        Assert.Equal((new Guard.HoldsActivity("token"), Disposition.Returned), (activity.Guard, activity.Leased));
        Assert.Empty(activity.Messages);
    }

    [Fact]
    public void A_step_that_was_delivered_too_often_ends_its_execution_as_poisoned()
    {
        var batch = LostLease.Decide(Step(Most), Most, Now);

        var failure = new TaskFailureDetails(
            FailureTypes.Poisoned, "The next step of 'instance' was given to workers 10 times and never completed; the last was 'worker'.")
        {
            IsNonRetriable = true,
        };
        Assert.Equal((new Guard.HoldsStep("token"), Disposition.Done), (batch.Guard, batch.Leased));
        Assert.Equal(
            [
                new OrchestratorStarted { Timestamp = Now },
                new ExecutionPoisoned(failure) { Timestamp = Now },
                new ExecutionCompleted(OrchestrationRuntimeStatus.Failed, null) { Failure = failure, Timestamp = Now },
            ],
            batch.History);
        Assert.Equal(State with { Status = OrchestrationRuntimeStatus.Failed, Failure = failure, Revision = 6, LastUpdatedAt = Now }, batch.Instance);
        Assert.Equal(new InboxMessage("parent", "px", new SubOrchestrationFailed(4, failure) { Timestamp = Now }, Now), Assert.Single(batch.Messages));
    }

    [Fact]
    public void An_activity_that_was_delivered_too_often_fails_as_poisoned_for_ever()
    {
        var failure = FailureOf(LostLease.Decide(Activity(Most), Most, Now));

        Assert.Equal((FailureTypes.Poisoned, true), (failure.ErrorType, failure.IsNonRetriable));
        Assert.Equal("Activity 'A' (#3) was given to workers 10 times, and none came back; the last was 'worker'.", failure.ErrorMessage);
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("Fail")]
    public void An_activity_whose_tag_says_so_fails_with_its_first_worker_and_may_be_retried(string rule)
    {
        var failure = FailureOf(LostLease.Decide(Activity(1, rule), Most, Now));

        Assert.Equal((FailureTypes.WorkerLost, false), (failure.ErrorType, failure.IsNonRetriable));
        Assert.Equal("The worker 'worker' was lost while it ran activity 'A' (#3).", failure.ErrorMessage);
    }

    [Fact]
    public void Another_word_in_that_tag_lets_it_run_again() =>
        Assert.Equal(Disposition.Requeued, LostLease.Decide(Activity(1, "retry"), Most, Now).Leased);

    private static TaskFailureDetails FailureOf(CommitBatch batch)
    {
        Assert.Equal((new Guard.HoldsActivity("token"), Disposition.Done), (batch.Guard, batch.Leased));
        var message = Assert.Single(batch.Messages);
        Assert.Equal(("instance", "execution"), (message.InstanceId, message.ExecutionId));
        return Assert.IsType<TaskFailed>(message.Event).Failure;
    }

    private static StepLease Step(int deliveries) => new("instance", "token", "worker", Now, deliveries, State);

    private static ActivityLease Activity(int deliveries, string? rule = null)
    {
        var row = new ActivityRow("instance", "execution", 3, "A", string.Empty, null);
        return new("instance", "token", "worker", Now, deliveries, rule is null ? row : row with
        {
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { [TaskTags.OnLostWorker] = rule },
        });
    }
}
