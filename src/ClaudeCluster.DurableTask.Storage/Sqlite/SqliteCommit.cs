using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage.Sqlite.Tables;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Writes one batch, inside the transaction that the caller has begun, and hands out the work that it makes.</summary>
internal sealed class SqliteCommit
{
    private readonly HubTables _tables;
    private readonly CommitBatch _batch;
    private readonly HashSet<KnownInstance> _told = [];

    private SqliteCommit(HubTables tables, CommitBatch batch) => (_tables, _batch) = (tables, batch);

    public static Committed Write(HubTables tables, CommitBatch batch, Handout? handout)
    {
        tables.Trim();
        var stored = tables.Instances.Find(batch.InstanceId);
        var held = batch.Guard is Guard.HoldsActivity activity ? tables.Activities.FindHeld(stored, activity.Token) : null;
        var verdict = Check(batch.Guard, stored, held);
        if (verdict != Verdict.Committed)
            return new Committed(CommitResult.Of(verdict), LeavesWork: false);
        var committed = new SqliteCommit(tables, batch).Write(stored, held, handout);
        tables.Instances.WriteChanges();
        return committed;
    }

    private static Verdict Check(Guard guard, KnownInstance? stored, long? held) => guard switch
    {
        Guard.HoldsStep step => stored is not null && string.Equals(stored.Token, step.Token, StringComparison.Ordinal)
            ? Verdict.Committed
            : Verdict.LeaseLost,
        Guard.HoldsActivity => held is null ? Verdict.LeaseLost : Verdict.Committed,
        Guard.MayStart start => stored is null || start.Replaceable.Contains(stored.Shown.Status) ? Verdict.Committed : Verdict.AlreadyExists,
        Guard.IsOpen when stored is null => Verdict.NoSuchInstance,
        Guard.IsOpen open => stored.IsOpen
            && (open.ExecutionId is null || stored.IsExecution(open.ExecutionId))
            && (open.Revision is null || open.Revision == stored.State.Revision)
            ? Verdict.Committed
            : Verdict.NotOpen,
        Guard.HasStatus when stored is null => Verdict.NoSuchInstance,
        Guard.HasStatus has => stored.Shown.Status == has.Status && stored.IsExecution(has.ExecutionId) ? Verdict.Committed : Verdict.NotOpen,
        _ => throw new ArgumentOutOfRangeException(nameof(guard)),
    };

    private Committed Write(KnownInstance? stored, long? held, Handout? handout)
    {
        if (_batch.Guard is Guard.HoldsActivity activity)
            _tables.Activities.Settle(held!.Value, activity.Token, _batch.Leased);
        else if (_batch.Guard is Guard.HoldsStep)
            _tables.Instances.Release(stored!, _batch.Leased);

        var instance = _batch.Guard is Guard.MayStart ? Replace(stored, _batch.Instance!) : stored!;
        var goesOn = GoesOn(instance);
        if (_batch.Instance is { } after && _batch.Guard is not Guard.MayStart)
            Become(instance, after);
        if (_batch.Suspended is { } suspended)
            _tables.Instances.Suspend(instance, suspended);
        _tables.Inbox.Remove(_batch.Consumed);
        WriteHistory(instance, goesOn);
        Send();
        return HandOut(instance, goesOn && instance.IsOpen ? _batch.Activities : [], handout);
    }

    /// <summary>False if the batch ends the instance's execution by beginning another.</summary>
    private bool GoesOn(KnownInstance instance) => _batch.Instance is not { } after || instance.IsExecution(after.ExecutionId);

    private void WriteHistory(KnownInstance instance, bool goesOn)
    {
        if (_batch.ReplacesHistory)
            _tables.ClearHistory(instance);
        if (_batch.History.Count > 0 && goesOn)
            _tables.History.Append(instance, _batch.History);
    }

    private void Send()
    {
        foreach (var child in _batch.Children)
            Start(child);
        foreach (var revival in _batch.Revivals)
            Revive(revival);
        foreach (var message in _batch.Messages)
            Send(message);
    }

    private KnownInstance Replace(KnownInstance? replaced, InstanceState state)
    {
        if (replaced is not null)
            _tables.Remove(replaced);
        return _tables.Instances.Add(state);
    }

    private void Become(KnownInstance instance, InstanceState after)
    {
        if (!instance.IsExecution(after.ExecutionId))
            _tables.ClearExecution(instance);
        _tables.Instances.Become(instance, after);
        if (instance.IsOpen)
            return;
        _tables.ClearWork(instance);
        _tables.Instances.Release(instance, Disposition.Done);
    }

    private void Start(ChildStart child)
    {
        var existing = _tables.Instances.Find(child.Instance.InstanceId);
        if (existing is not null && (existing.IsOpen || existing.State.Parent?.InstanceId != child.Instance.Parent?.InstanceId))
        {
            Send(child.IfTaken);
            return;
        }

        Replace(existing, child.Instance);
        Send(child.Start);
    }

    private void Revive(Revival revival)
    {
        var child = _tables.Instances.Find(revival.Rewound.InstanceId);
        if (child is null || child.State.Parent != revival.Anew.Instance.Parent)
        {
            Start(revival.Anew);
        }
        else if (child.State.Status == OrchestrationRuntimeStatus.Completed)
        {
            Send(Endings.AnswerToParent(child.State, revival.Rewound.VisibleAt)!);
        }
        else if (!child.IsOpen)
        {
            Become(child, Endings.Undone(child.State));
            Send(revival.Rewound);
        }
    }

    /// <summary>To nobody, if the receiver, or the execution meant, is not open.</summary>
    private void Send(InboxMessage message)
    {
        if (_tables.Instances.Find(message.InstanceId) is not { } receiver || !receiver.Takes(message))
            return;
        _tables.Inbox.Add(receiver, message);
        if (!message.IsTimed)
            _told.Add(receiver);
    }

    private Committed HandOut(KnownInstance instance, IReadOnlyList<ActivityRow> scheduled, Handout? handout)
    {
        // Without a claim nobody says what time it is: then rather one ring too many.
        var now = handout?.Steps?.Now ?? handout?.Activities?.Now ?? DateTimeOffset.MaxValue;
        var steps = new List<ClaimedStep>();
        var activities = new List<ActivityLease>();
        var left = LeavesSteps(now, handout?.Steps, steps) | LeavesActivities(instance, scheduled, handout?.Activities, activities);
        return new Committed(new CommitResult(Verdict.Committed, steps, activities), left);
    }

    private bool LeavesSteps(DateTimeOffset now, Claim? claim, List<ClaimedStep> taken)
    {
        var left = false;
        foreach (var id in _batch.Touched)
        {
            if (_tables.Instances.Find(id) is not { } touched || !Waits(touched, now))
                continue;
            if (claim is not null && taken.Count < claim.Most && claim.Takes(touched.State))
                taken.Add(_tables.Claim(touched, claim));
            else
                left = true;
        }

        return left;
    }

    private bool Waits(KnownInstance instance, DateTimeOffset now)
    {
        if (instance.Token is null && _told.Contains(instance))
            _tables.Instances.TurnChanged(instance); // Whether anybody takes it now or not, its row must say that something waits.
        return instance.IsFree(now) && (_told.Contains(instance) || _tables.Inbox.HasDue(instance, now));
    }

    private bool LeavesActivities(KnownInstance instance, IReadOnlyList<ActivityRow> scheduled, Claim? claim, List<ActivityLease> taken)
    {
        var left = _batch.Guard is Guard.HoldsActivity && _batch.Leased != Disposition.Done;
        foreach (var activity in scheduled.OrderBy(DispatchOrder.CountsFrom))
        {
            if (claim is not null && taken.Count < claim.Most && claim.Takes(activity))
            {
                taken.Add(_tables.Activities.AddLeased(instance, activity, claim));
                continue;
            }

            _tables.Activities.Add(instance, activity);
            left = true;
        }

        return left;
    }
}

/// <summary>What became of a batch, and whether it left work that nobody has taken.</summary>
internal sealed record Committed(CommitResult Result, bool LeavesWork);
