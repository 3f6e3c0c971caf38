using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage;

/// <summary>A store that forgets with its process: for trials, simulation and tests.</summary>
public sealed class MemoryHubStore : ITaskHubStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryInstance> _instances = new(StringComparer.Ordinal);
    private long _lastKey;
    private long _lastMessage;

    public WorkBell Bell { get; } = new();

    public Task OpenAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        var step = batch.History.Count > 0 ? HistoryJson.WriteUtf8(batch.History) : null;
        var (result, leavesWork) = Locked(() => Commit(batch, step, handout));
        if (leavesWork)
            Bell.Ring();
        return Task.FromResult(result);
    }

    public Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) =>
        Task.FromResult(Locked<IReadOnlyList<ClaimedStep>>(() =>
        [
            .. _instances.Values
                .Where(instance => instance.Waits(claim.Now) && claim.Takes(instance.State))
                .Select(instance => (Instance: instance, Messages: instance.Due(claim.Now, Claim.MostMessages)))
                .OrderBy(found => found.Messages[0].VisibleAt).ThenBy(found => found.Messages[0].Id)
                .Take(claim.Most)
                .Select(found => Give(found.Instance, claim)),
        ]));

    public Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) =>
        Task.FromResult(Locked<IReadOnlyList<ActivityLease>>(() =>
        [
            .. _instances.Values
                .SelectMany(instance => instance.Activities.Select(activity => (Instance: instance, Activity: activity)))
                .Where(found => found.Activity.Token is null && claim.Takes(found.Activity.Work))
                .OrderBy(found => DispatchOrder.CountsFrom(found.Activity.Work))
                .Take(claim.Most)
                .Select(found => Give(found.Instance, found.Activity, claim)),
        ]));

    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) =>
        Task.FromResult(Locked(() => _instances.Values
            .SelectMany(instance => instance.Inbox)
            .Where(message => message.IsTimed && message.VisibleAt > after)
            .Min(message => (DateTimeOffset?)message.VisibleAt)));

    public Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            foreach (var instance in _instances.Values)
            {
                if (instance.Step.Token is { } token && tokens.Contains(token, StringComparer.Ordinal))
                    instance.Step.Until = until;
                foreach (var activity in instance.Activities.Where(activity => activity.Token is { } held && tokens.Contains(held, StringComparer.Ordinal)))
                    activity.Until = until;
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) =>
        Task.FromResult(Locked<IReadOnlyList<Lease>>(() =>
        [
            .. _instances.Values
                .SelectMany(instance => instance.Activities.Select(instance.ActivityLease).Append(instance.StepLease()))
                .OfType<Lease>()
                .Where(lease => lease.Until <= now)
                .Take(most),
        ]));

    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        Task.FromResult(Locked(() => _instances.GetValueOrDefault(instanceId)?.State));

    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        Task.FromResult(Locked<IReadOnlyList<HistoryEvent>>(() =>
            _instances.TryGetValue(instanceId, out var instance) && SameId(instance.State.ExecutionId, executionId)
                ? [.. instance.Steps.SelectMany(step => HistoryJson.Read(step.AsSpan()))]
                : []));

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) =>
        Task.FromResult(Locked(() => Query(query)));

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        Task.FromResult(Locked<IReadOnlyList<InstanceState>>(() =>
            [.. _instances.Values.Select(instance => instance.State).Where(state => SameId(state.Parent?.InstanceId ?? string.Empty, instanceId))]));

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) => Task.FromResult(Locked(() =>
    {
        var ended = _instances.Values.Where(instance => !instance.State.IsOpen && IsAsked(instance.State, request)).Take(most).ToList();
        ended.ForEach(instance => _instances.Remove(instance.State.InstanceId));
        return ended.Count;
    }));

    private static bool SameId(string left, string right) => string.Equals(left, right, StringComparison.Ordinal);

    private static bool IsAsked(InstanceState state, PurgeRequest request) =>
        (request.InstanceId is null || SameId(request.InstanceId, state.InstanceId))
        && (request.Filter is not { } filter || IsAsked(state, filter.CreatedFrom, filter.CreatedTo, filter.Statuses));

    private static bool IsAsked(
        InstanceState state, DateTimeOffset? from, DateTimeOffset? to, IReadOnlyCollection<OrchestrationRuntimeStatus>? statuses) =>
        (from is null || state.CreatedAt >= from)
        && (to is null || state.CreatedAt <= to)
        && (statuses is null or { Count: 0 } || statuses.Contains(state.Status));

    private static ClaimedStep Give(MemoryInstance instance, Claim claim)
    {
        instance.Step.Give(claim);
        return new ClaimedStep((StepLease)instance.StepLease()!, instance.Due(claim.Now, Claim.MostMessages));
    }

    private static ActivityLease Give(MemoryInstance instance, MemoryInstance.Held<ActivityRow> activity, Claim claim)
    {
        activity.Give(claim);
        return instance.ActivityLease(activity)!;
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_lock)
            return work();
    }

    private (CommitResult Result, bool LeavesWork) Commit(CommitBatch batch, byte[]? step, Handout? handout)
    {
        var instance = _instances.GetValueOrDefault(batch.InstanceId);
        var verdict = Check(batch.Guard, instance);
        if (verdict != Verdict.Committed)
            return (CommitResult.Of(verdict), LeavesWork: false);
        if (batch.Guard is Guard.MayStart)
            instance = Add(batch.Instance!);
        Write(batch, step, instance!);
        return HandOut(batch, handout);
    }

    private (CommitResult Result, bool LeavesWork) HandOut(CommitBatch batch, Handout? handout)
    {
        // Without a claim nobody says what time it is: then rather one ring too many.
        var now = handout?.Steps?.Now ?? handout?.Activities?.Now ?? DateTimeOffset.MaxValue;
        var (steps, activities) = (new List<ClaimedStep>(), new List<ActivityLease>());
        var left = LeavesSteps(batch, now, handout?.Steps, steps) | LeavesActivities(batch.InstanceId, handout?.Activities, activities);
        return (new CommitResult(Verdict.Committed, steps, activities), left);
    }

    private bool LeavesSteps(CommitBatch batch, DateTimeOffset now, Claim? claim, List<ClaimedStep> taken)
    {
        var left = false;
        foreach (var id in batch.Touched)
        {
            if (!_instances.TryGetValue(id, out var instance) || !instance.Waits(now))
                continue;
            if (claim is not null && taken.Count < claim.Most && claim.Takes(instance.State))
                taken.Add(Give(instance, claim));
            else
                left = true;
        }

        return left;
    }

    private bool LeavesActivities(string scheduler, Claim? claim, List<ActivityLease> taken)
    {
        if (!_instances.TryGetValue(scheduler, out var instance))
            return false;
        var left = false;
        foreach (var activity in instance.Activities.Where(activity => activity.Token is null).OrderBy(activity => DispatchOrder.CountsFrom(activity.Work)))
        {
            if (claim is not null && taken.Count < claim.Most && claim.Takes(activity.Work))
                taken.Add(Give(instance, activity, claim));
            else
                left = true;
        }

        return left;
    }

    private static Verdict Check(Guard guard, MemoryInstance? instance) => guard switch
    {
        Guard.HoldsStep step => instance?.Step.Token == step.Token ? Verdict.Committed : Verdict.LeaseLost,
        Guard.HoldsActivity held => instance?.Activities.Exists(activity => activity.Token == held.Token) == true
            ? Verdict.Committed
            : Verdict.LeaseLost,
        Guard.MayStart start => instance is null || start.Replaceable.Contains(instance.State.Status) ? Verdict.Committed : Verdict.AlreadyExists,
        Guard.IsOpen when instance is null => Verdict.NoSuchInstance,
        Guard.IsOpen open => instance.State.IsOpen
            && (open.ExecutionId is null || SameId(open.ExecutionId, instance.State.ExecutionId))
            && (open.Revision is null || open.Revision == instance.State.Revision)
            ? Verdict.Committed
            : Verdict.NotOpen,
        Guard.HasStatus when instance is null => Verdict.NoSuchInstance,
        Guard.HasStatus has => instance.State.Status == has.Status && SameId(has.ExecutionId, instance.State.ExecutionId)
            ? Verdict.Committed
            : Verdict.NotOpen,
        _ => throw new ArgumentOutOfRangeException(nameof(guard)),
    };

    private void Write(CommitBatch batch, byte[]? step, MemoryInstance instance)
    {
        if (batch.Guard is Guard.HoldsActivity held)
            Settle(instance, held.Token, batch.Leased);
        else if (batch.Guard is Guard.HoldsStep)
            instance.Step.Release(batch.Leased);

        var executionId = instance.State.ExecutionId;
        if (batch.Instance is { } after)
            instance.Become(after);
        instance.IsSuspended = batch.Suspended ?? instance.IsSuspended;
        if (batch.Consumed.Count > 0)
            instance.Inbox.RemoveAll(message => batch.Consumed.Contains(message.Id));
        if (batch.ReplacesHistory)
            instance.DropHistory();
        if (step is not null && SameId(executionId, instance.State.ExecutionId))
            instance.Steps.Add(step);

        foreach (var child in batch.Children)
            Start(child);
        foreach (var revival in batch.Revivals)
            Revive(revival);
        foreach (var message in batch.Messages)
            Send(message);
        if (instance.State.IsOpen && SameId(executionId, instance.State.ExecutionId))
            instance.Activities.AddRange(batch.Activities.Select(activity => new MemoryInstance.Held<ActivityRow>(activity)));
    }

    private static void Settle(MemoryInstance instance, string token, Disposition disposition)
    {
        var activity = instance.Activities.Find(held => held.Token == token)!;
        if (disposition == Disposition.Done)
            instance.Activities.Remove(activity);
        else
            activity.Release(disposition);
    }

    private MemoryInstance Add(InstanceState state) => _instances[state.InstanceId] = new MemoryInstance(++_lastKey, state);

    private void Start(ChildStart child)
    {
        if (_instances.TryGetValue(child.Instance.InstanceId, out var existing)
            && (existing.State.IsOpen || existing.State.Parent?.InstanceId != child.Instance.Parent?.InstanceId))
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
        if (child is null || child.State.Parent != revival.Anew.Instance.Parent)
            Start(revival.Anew);
        else if (child.State.Status == OrchestrationRuntimeStatus.Completed)
            Send(Endings.AnswerToParent(child.State, revival.Rewound.VisibleAt)!);
        else if (!child.State.IsOpen)
        {
            child.Become(Endings.Undone(child.State));
            Send(revival.Rewound);
        }
    }

    private void Send(InboxMessage message)
    {
        if (_instances.TryGetValue(message.InstanceId, out var receiver) && receiver.Takes(message))
            receiver.Inbox.Add(message with { Id = ++_lastMessage });
    }

    private Page<InstanceState> Query(OrchestrationQuery query)
    {
        var after = query.ContinuationToken is { } token ? long.Parse(token, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var found = _instances.Values
            .Where(instance => instance.Key > after
                && (query.InstanceIdPrefix is not { } prefix || instance.State.InstanceId.StartsWith(prefix, StringComparison.Ordinal))
                && IsAsked(instance.State, query.CreatedFrom, query.CreatedTo, query.Statuses))
            .OrderBy(instance => instance.Key)
            .Take(query.PageSize + 1)
            .ToList();
        var page = found.Take(query.PageSize).ToList();
        return new Page<InstanceState>(
            [.. page.Select(instance => instance.State)],
            found.Count > query.PageSize ? page[^1].Key.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
    }
}
