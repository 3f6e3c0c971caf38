using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// What a group of commits changes, decided one after the other on the locked rows, without the database. The same rules as
/// <see cref="MemoryHubStore"/>, on as much of a hub as these commits touch.
/// </summary>
internal sealed class GroupDecision(Func<long> newKey)
{
    private readonly Dictionary<string, LoadedInstance> _instances = new(StringComparer.Ordinal);

    public IEnumerable<LoadedInstance> Instances => _instances.Values;

    /// <summary>Work was made that nobody took.</summary>
    public bool LeavesWork { get; private set; }

    /// <summary>A message was made that waits for the clock.</summary>
    public bool MakesTimer { get; private set; }

    public void Load(LoadedInstance instance) => _instances.Add(instance.Row.InstanceId, instance);

    public CommitResult Apply(CommitBatch batch, Handout? handout)
    {
        var instance = _instances.GetValueOrDefault(batch.InstanceId);
        var verdict = Check(batch.Guard, instance);
        if (verdict != Verdict.Committed)
            return CommitResult.Of(verdict);
        if (batch.Guard is Guard.MayStart)
            instance = Add(batch.Instance!);
        var made = Write(batch, instance!);
        return HandOut(batch, made, handout);
    }

    private static Verdict Check(Guard guard, LoadedInstance? instance) => guard switch
    {
        Guard.HoldsStep step => instance?.Lease.Token == step.Token ? Verdict.Committed : Verdict.LeaseLost,
        Guard.HoldsActivity held => instance?.Find(held.Token) is null ? Verdict.LeaseLost : Verdict.Committed,
        Guard.MayStart start => instance is null || start.Replaceable.Contains(instance.State.Status) ? Verdict.Committed : Verdict.AlreadyExists,
        Guard.IsOpen when instance is null => Verdict.NoSuchInstance,
        Guard.IsOpen open => instance.Row.IsOpen
            && (open.ExecutionId is null || SameId(open.ExecutionId, instance.Row.ExecutionId))
            && (open.Revision is null || open.Revision == instance.Row.Revision)
            ? Verdict.Committed
            : Verdict.NotOpen,
        Guard.HasStatus when instance is null => Verdict.NoSuchInstance,
        Guard.HasStatus has => instance.State.Status == has.Status && SameId(has.ExecutionId, instance.Row.ExecutionId)
            ? Verdict.Committed
            : Verdict.NotOpen,
        _ => throw new ArgumentOutOfRangeException(nameof(guard)),
    };

    /// <summary>Writes, and gives back the activities that wait because of it.</summary>
    private List<LoadedActivity> Write(CommitBatch batch, LoadedInstance instance)
    {
        List<LoadedActivity> waiting = [];
        if (batch.Guard is Guard.HoldsActivity held)
        {
            var activity = instance.Find(held.Token)!;
            instance.Settle(held.Token, batch.Leased);
            if (batch.Leased != Disposition.Done)
                waiting.Add(activity);
        }
        else if (batch.Guard is Guard.HoldsStep)
        {
            instance.Release(batch.Leased);
        }

        var executionId = instance.Row.ExecutionId;
        if (batch.Instance is { } after && batch.Guard is not Guard.MayStart)
            instance.Become(after);
        if (batch.Suspended is { } suspended)
            instance.Suspend(suspended);
        instance.Consume(batch.Consumed);
        if (batch.ReplacesHistory)
            instance.DropHistory();
        var sameExecution = SameId(executionId, instance.Row.ExecutionId);
        if (batch.History.Count > 0 && sameExecution)
            instance.Steps.Add((newKey(), HistoryJson.Write(batch.History)));

        foreach (var child in batch.Children)
            Start(child);
        foreach (var revival in batch.Revivals)
            Revive(revival);
        foreach (var message in batch.Messages)
            Send(message);
        if (instance.Row.IsOpen && sameExecution)
        {
            var scheduled = batch.Activities.Select(activity => new LoadedActivity(newKey(), activity, Holding.Nobody)).ToList();
            instance.Scheduled.AddRange(scheduled);
            waiting.AddRange(scheduled);
        }

        return waiting;
    }

    private CommitResult HandOut(CommitBatch batch, List<LoadedActivity> free, Handout? handout)
    {
        // Without a claim nobody says what time it is: then rather one ring too many.
        var now = handout?.Steps?.Now ?? handout?.Activities?.Now ?? DateTimeOffset.MaxValue;
        var waiting = batch.Touched.Select(id => _instances.GetValueOrDefault(id)).OfType<LoadedInstance>().Where(instance => instance.Waits(now)).ToList();
        var steps = handout?.Steps is { } forSteps
            ? waiting.Where(instance => forSteps.Takes(instance.State)).Take(forSteps.Most).Select(instance => instance.Give(forSteps)).ToList()
            : [];
        var activities = handout?.Activities is { } forActivities
            ? free.Where(activity => forActivities.Takes(activity.Work))
                .OrderBy(activity => DispatchOrder.CountsFrom(activity.Work))
                .Take(forActivities.Most)
                .Select(activity => activity.Give(forActivities))
                .ToList()
            : [];
        LeavesWork |= steps.Count < waiting.Count || activities.Count < free.Count;
        MakesTimer |= batch.Messages.Any(message => message.IsTimed);
        return new CommitResult(Verdict.Committed, steps, activities);
    }

    private LoadedInstance Add(InstanceState state)
    {
        var taken = _instances.GetValueOrDefault(state.InstanceId);
        return _instances[state.InstanceId] = new LoadedInstance(newKey(), state, isStored: false)
        {
            Replaced = taken is { IsNew: false } stored ? stored.Key : taken?.Replaced,
        };
    }

    private void Start(ChildStart child)
    {
        if (_instances.TryGetValue(child.Instance.InstanceId, out var existing)
            && (existing.Row.IsOpen || existing.Row.Parent?.InstanceId != child.Instance.Parent?.InstanceId))
        {
            Send(child.IfTaken);
            return;
        }

        Add(child.Instance);
        Send(child.Start);
    }

    private void Revive(Revival revival)
    {
        var child = _instances.GetValueOrDefault(revival.Rewound.InstanceId);
        if (child is null || child.Row.Parent != revival.Anew.Instance.Parent)
        {
            Start(revival.Anew);
        }
        else if (child.Row.Status == OrchestrationRuntimeStatus.Completed)
        {
            Send(Endings.AnswerToParent(child.Row, revival.Rewound.VisibleAt)!);
        }
        else if (!child.Row.IsOpen)
        {
            child.Become(Endings.Undone(child.Row));
            Send(revival.Rewound);
        }
    }

    private void Send(InboxMessage message)
    {
        if (_instances.TryGetValue(message.InstanceId, out var receiver) && receiver.Takes(message))
            receiver.Send(message with { Id = newKey() });
    }

    private static bool SameId(string left, string right) => string.Equals(left, right, StringComparison.Ordinal);
}
