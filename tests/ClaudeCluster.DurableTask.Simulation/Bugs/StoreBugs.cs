using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Bugs;

/// <summary>Whoever completes a step may do so, whatever token he names.</summary>
internal sealed class NoFence(ITaskHubStore inner) : StoreDecorator(inner)
{
    public override async Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        var result = await Inner.CommitAsync(batch, handout, cancellation);
        return result.Verdict == Verdict.LeaseLost && batch.Leased == Disposition.Done
            ? await Inner.CommitAsync(batch with { Guard = new Guard.IsOpen(null) }, handout, cancellation)
            : result;
    }
}

/// <summary>Starts and events are confirmed at once and written a little later.</summary>
internal sealed class AnswersFirst(ITaskHubStore inner, World world) : StoreDecorator(inner)
{
    public override async Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        var state = await Inner.ReadInstanceAsync(batch.InstanceId, cancellation);
        var isSure = batch.Guard is Guard.MayStart && state is null || (batch.Guard is Guard.IsOpen { ExecutionId: null } && state is { IsOpen: true });
        if (!isSure)
            return await Inner.CommitAsync(batch, handout, cancellation);
        _ = WriteLaterAsync(batch);
        return CommitResult.Of(Verdict.Committed);
    }

    private async Task WriteLaterAsync(CommitBatch batch)
    {
        await world.PauseAsync();
        await Inner.CommitAsync(batch, null);
    }
}

/// <summary>Events that nobody has waited for do not go along into the next execution.</summary>
internal sealed class Forgets(ITaskHubStore inner) : StoreDecorator(inner)
{
    public override Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default) => Inner.CommitAsync(
        batch with { Messages = [.. batch.Messages.Where(message => message is not { Front: true, Event: EventRaised })] }, handout, cancellation);
}

/// <summary>Each timer is written down twice.</summary>
internal sealed class RingsTwice(ITaskHubStore inner) : StoreDecorator(inner)
{
    public override Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default) => Inner.CommitAsync(
        batch with { Messages = [.. batch.Messages, .. batch.Messages.Where(message => message.Event is TimerFired)] }, handout, cancellation);
}

/// <summary>An activity that failed is not run again after a rewind.</summary>
internal sealed class AsksOnce(ITaskHubStore inner) : StoreDecorator(inner)
{
    public override Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default) =>
        Inner.CommitAsync(batch.ReplacesHistory ? batch with { Activities = [] } : batch, handout, cancellation);
}

/// <summary>One ring in ten reaches nobody.</summary>
internal sealed class Deaf : StoreDecorator
{
    public Deaf(ITaskHubStore inner, World world)
        : base(inner) => inner.Bell.Listen(() =>
        {
            if (!world.Faults.Happens(0.1))
                Bell.Ring();
        });

    public override WorkBell Bell { get; } = new();
}

/// <summary>Of two events that wait together the later one comes first.</summary>
internal sealed class Overtakes(ITaskHubStore inner) : StoreDecorator(inner)
{
    public override async Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) =>
        [.. (await Inner.ClaimStepsAsync(claim, cancellation)).Select(step => step with { Messages = Swapped([.. step.Messages]) })];

    private static List<InboxMessage> Swapped(List<InboxMessage> messages)
    {
        var last = messages.FindLastIndex(message => message.Event is EventRaised);
        var first = messages.FindIndex(message => message.Event is EventRaised);
        if (first < last)
            (messages[first], messages[last]) = (messages[first] with { Event = messages[last].Event }, messages[last] with { Event = messages[first].Event });
        return messages;
    }
}
