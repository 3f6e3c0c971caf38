using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Faults;

/// <summary>The disk as one hub process sees it: slow, sometimes full, and there at every moment at which the process can die.</summary>
internal sealed class FaultyStore : StoreDecorator
{
    private readonly SimProcess _process;
    private readonly World _world;

    public FaultyStore(ITaskHubStore inner, SimProcess process, World world)
        : base(inner)
    {
        (_process, _world) = (process, world);
        var ear = inner.Bell.Listen(() => process.Post(_ => Bell.Ring(), null));
        process.Died += ear.Dispose;
    }

    public override WorkBell Bell { get; } = new();

    public override async Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        await _world.PauseAsync();
        var what = _world.Trace.IsOn ? Describe(batch) : "commit";
        if (_world.Faults.Strikes(Fault.DeathBeforeCommit))
            await DieAsync($"before {what}");
        var result = await AroundAsync(what, () => Inner.CommitAsync(batch, handout, cancellation), writes: true);
        if (_world.Faults.Strikes(Fault.DeathAfterCommit))
            await DieAsync($"after {what}");

        return result;
    }

    protected override async Task<T> AroundAsync<T>(string what, Func<Task<T>> call, bool writes = false)
    {
        _world.Scheduler.StayOnThread();
        await _world.PauseAsync();
        if (_world.Faults.Strikes(Fault.StoreStandsStill, 0.3))
        {
            _world.Trace.Write($"{what}: the store stands still");
            await _world.Time.DelayAsync(TimeSpan.FromSeconds(_world.Faults.Next(150)));
        }

        if (_world.Faults.Strikes(Fault.StoreFails, writes ? 0.5 : 0.1))
        {
            _world.Trace.Write($"{what}: fails");
            throw new IOException("The disk is full.");
        }

        var answer = await call();
        if (writes && _world.Trace.IsOn && Answer(answer) is not ("" or "True"))
            _world.Trace.Write($"{what}: {Answer(answer)}");
        if (writes && _world.Faults.Strikes(Fault.StoreAnswerLost, 0.5))
        {
            _world.Trace.Write($"{what}: the answer is lost");
            throw new IOException("The connection to the store was lost.");
        }

        await _world.PauseAsync();
        return answer;
    }

    private Task DieAsync(string when)
    {
        _world.Trace.Write($"dies {when}");
        return _process.DieAsync();
    }

    private static string Answer(object? answer) => answer switch
    {
        CommitResult { Verdict: var verdict, Steps: var steps, Activities: var activities } =>
            $"{verdict}{string.Concat(steps.Select(step => $", step of {step.Lease.InstanceId} to {step.Lease.WorkerId} as {step.Lease.Token}"))}"
            + string.Concat(activities.Select(lease => $", activity {lease.Activity.TaskId} of {lease.InstanceId} to {lease.WorkerId} as {lease.Token}")),
        IReadOnlyList<ClaimedStep> steps => string.Join(
            ", ", steps.Select(step => $"{step.Lease.InstanceId} with {step.Messages.Count} to {step.Lease.WorkerId} as {step.Lease.Token}")),
        IReadOnlyList<ActivityLease> leases => string.Join(
            ", ", leases.Select(lease => $"{lease.InstanceId}#{lease.Activity.TaskId} to {lease.WorkerId} as {lease.Token}")),
        _ => $"{answer}",
    };

    private static string Describe(CommitBatch batch)
    {
        var what = batch.Guard switch
        {
            Guard.HoldsStep step => $"{batch.Leased} step {step.Token}",
            Guard.HoldsActivity activity => $"{batch.Leased} activity {activity.Token}",
            _ => batch.Guard.GetType().Name,
        };
        var history = string.Join(' ', batch.History.Select(happened => happened.GetType().Name));
        var sent = string.Join(' ', batch.Messages.Select(message => $"{message.Event.GetType().Name}→{message.InstanceId}"));
        return $"commit {batch.InstanceId} ({what}) [{history}] [{sent}]";
    }
}
