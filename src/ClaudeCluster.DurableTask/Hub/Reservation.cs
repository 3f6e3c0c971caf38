using System.Collections.Immutable;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>Places kept free, for the time of one commit, for the work that it may make.</summary>
internal sealed class Reservation
{
    private int _steps;
    private int _activities;

    public Receiver? ForSteps { get; private init; }

    public Receiver? ForActivities { get; private init; }

    public static Reservation For(CommitBatch batch, ImmutableArray<Receiver> receivers)
    {
        var toOthers = batch.Messages.Count(message => !message.IsTimed && !string.Equals(message.InstanceId, batch.InstanceId, StringComparison.Ordinal));
        var steps = 1 + toOthers + batch.Children.Count + batch.Revivals.Count;
        var forSteps = receivers.FirstOrDefault(receiver => receiver.Steps.IsOpen);
        var forActivities = batch.Activities.Count == 0
            ? null
            : receivers.FirstOrDefault(receiver => receiver.Activities.IsOpen && Takes(receiver, batch.Activities[0]));
        return new Reservation
        {
            ForSteps = forSteps,
            ForActivities = forActivities,
            _steps = forSteps?.Steps.Reserve(steps) ?? 0,
            _activities = forActivities?.Activities.Reserve(batch.Activities.Count) ?? 0,
        };
    }

    public Handout? ToHandout(Func<Receiver, IReadOnlySet<TaskName>?, int, Claim> newClaim) => _steps + _activities == 0 ? null : new Handout(
        _steps == 0 ? null : newClaim(ForSteps!, ForSteps!.Offer.Orchestrations, _steps),
        _activities == 0 ? null : newClaim(ForActivities!, ForActivities!.Offer.Activities, _activities));

    /// <summary>Frees the places that were not filled.</summary>
    public void Release(int steps, int activities)
    {
        ForSteps?.Free(ForSteps.Steps, _steps - steps);
        ForActivities?.Free(ForActivities.Activities, _activities - activities);
    }

    private static bool Takes(Receiver receiver, ActivityRow activity) => receiver.Offer.Activities?.Contains(activity.Name) ?? true;
}
