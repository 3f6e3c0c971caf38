using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Hub;

public sealed class ReservationTests
{
    /// <summary>Nobody looked again: what waited was found by the next poll only.</summary>
    [Fact]
    public async Task A_place_that_a_commit_did_not_need_is_offered_to_what_found_no_room_meanwhile()
    {
        var time = new FakeTime();
        using var receiver = new Receiver(new WorkerOffer("worker", StepRoom: 1, ActivityRoom: 0, null, null), new HubClock(time));
        receiver.BeginLook(time.GetUtcNow());
        var reserved = Reservation.For(new CommitBatch("a", new Guard.IsOpen(null)), [receiver]);

        receiver.BeginLook(time.GetUtcNow());
        Assert.Equal(0, receiver.Steps.Reserve(int.MaxValue));
        receiver.Steps.MayHaveBacklog = true;
        reserved.Release(steps: 0, activities: 0);

        Assert.Null(await receiver.NextAsync(CancellationToken.None).AsTask().WaitAsync(Cluster.Patience));
    }

    /// <summary>A ring closed the places until the next look; what was committed meanwhile was left and rang again, without end.</summary>
    [Fact]
    public async Task A_ring_asks_for_a_look_and_leaves_the_places_open()
    {
        var time = new FakeTime();
        using var receiver = new Receiver(new WorkerOffer("worker", StepRoom: 2, ActivityRoom: 0, null, null), new HubClock(time));
        receiver.BeginLook(time.GetUtcNow());
        receiver.Looked(receiver.Steps, receiver.Steps.ReserveForLook(), found: 0);

        receiver.AskToLook();

        Assert.True(receiver.Steps.IsOpen);
        Assert.Null(await receiver.NextAsync(CancellationToken.None).AsTask().WaitAsync(Cluster.Patience));
    }
}
