using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

// A group of commits in one transaction, whatever their number: two round trips and one wait for the disk.
//
//   1  lock the rows of all instances that the commits touch, in the order of their ids; read them, what waits for them, and the
//      activities that the commits complete; take a block of keys
//   2  decide, one commit after the other, on these rows (GroupDecision)
//   3  write what has changed, one statement per table and kind of change, and commit
//
// Who writes anything of an instance holds its row's lock, so the rows stand still from the first step to the last. All lock in the
// same order, and who takes work skips what is locked: nobody waits in a circle. An instance that is not there cannot be locked; two
// who begin it at once meet at its unique id, and the second decides again.

/// <summary>Commits that are written together.</summary>
internal sealed class CommitGroup(IReadOnlyList<(CommitBatch Batch, Handout? Handout)> commits)
{
    private const int KeysPerBlock = 1000;

    public async Task<(GroupOutcome Result, IReadOnlyList<Statement> Writes)> RunAsync(PostgresTransaction transaction)
    {
        var ids = commits.SelectMany(commit => Touched(commit.Batch)).Distinct(StringComparer.Ordinal).ToArray();
        var instances = Lock(ids);
        var waiting = Waiting(ids);
        var held = Held();
        var blocks = new Query<long>("SELECT nextval('keys') FROM generate_series(1, $1)", row => row.GetInt64(0), (KeysNeeded() / KeysPerBlock) + 1);
        await transaction.ReadAsync([instances, waiting, held, blocks]);

        // Missing, though nobody begins it here: somebody may have put another in its place while this waited for the lock.
        var missing = ids.Except(instances.Rows.Select(instance => instance.Row.InstanceId)).Except(Begun(), StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            var (found, theirs) = (Lock(missing), Waiting(missing));
            await transaction.ReadAsync([found, theirs]);
            instances.Rows.AddRange(found.Rows);
            waiting.Rows.AddRange(theirs.Rows);
        }

        using var keys = Keys(blocks.Rows).GetEnumerator();
        var decision = new GroupDecision(() => keys.MoveNext() ? keys.Current : throw new InvalidOperationException("Too few keys were taken."));
        Load(decision, instances.Rows, waiting.Rows, held.Rows);
        var results = commits.Select(commit => decision.Apply(commit.Batch, commit.Handout)).ToList();
        return (new GroupOutcome(results, decision.LeavesWork, decision.MakesTimer), GroupWrites.Of(decision.Instances));
    }

    private static void Load(
        GroupDecision decision,
        List<LoadedInstance> instances,
        List<LoadedMessage> waiting,
        List<(long Key, ActivityRow Work, Holding Lease, long Instance)> held)
    {
        var byKey = instances.ToDictionary(instance => instance.Key);
        instances.ForEach(decision.Load);
        foreach (var message in waiting)
        {
            if (byKey.TryGetValue(message.Receiver, out var instance))
                instance.Load(message);
        }

        foreach (var (key, work, lease, owner) in held)
        {
            if (byKey.TryGetValue(owner, out var instance))
                instance.Load(new LoadedActivity(key, work, lease));
        }
    }

    private static IEnumerable<string> Touched(CommitBatch batch) => batch.Touched
        .Concat(batch.Children.Select(child => child.IfTaken.InstanceId))
        .Concat(batch.Revivals.Select(revival => revival.Anew.IfTaken.InstanceId));

    private IEnumerable<string> Begun() => commits
        .SelectMany(commit => commit.Batch.Children.Select(child => child.Instance.InstanceId)
            .Concat(commit.Batch.Guard is Guard.MayStart ? [commit.Batch.InstanceId] : []));

    private int KeysNeeded() => commits.Sum(commit =>
        2 + commit.Batch.Messages.Count + commit.Batch.Activities.Count + (2 * commit.Batch.Children.Count) + (2 * commit.Batch.Revivals.Count));

    private static IEnumerable<long> Keys(List<long> blocks)
    {
        foreach (var first in blocks)
        {
            for (var key = first; key < first + KeysPerBlock; key++)
                yield return key;
        }
    }

    private static Query<LoadedInstance> Lock(string[] ids) => new(
        $"SELECT {PostgresRows.InstanceColumns} FROM instances i WHERE i.instance_id = ANY($1) ORDER BY i.instance_id FOR UPDATE",
        PostgresRows.Loaded,
        [ids]);

    /// <summary>
    /// Messages of instances that nobody holds, or that these commits let go: those that may be handed out, or, where nobody would take
    /// them, one as a sign that there are some.
    /// </summary>
    private Query<LoadedMessage> Waiting(string[] ids)
    {
        var due = commits.Max(commit => commit.Handout is { } handout ? handout.Steps?.Now ?? handout.Activities!.Now : DateTimeOffset.MaxValue);
        var mayTake = commits.Where(commit => commit.Handout?.Steps is not null).SelectMany(commit => commit.Batch.Touched).ToHashSet(StringComparer.Ordinal);
        return new Query<LoadedMessage>(
            $"SELECT {PostgresRows.MessageColumns} FROM unnest($1, $2) AS t (instance_id, most) JOIN instances i ON i.instance_id = t.instance_id, LATERAL ("
            + "SELECT * FROM inbox w WHERE w.instance_key = i.key AND (NOT w.is_timed OR w.visible_at <= $3) AND w.key <> ALL($4) "
            + "ORDER BY w.is_front DESC, w.visible_at, w.key "
            + "LIMIT CASE t.most WHEN 1 THEN 1 ELSE greatest(t.most, (SELECT count(*) FROM inbox f WHERE f.instance_key = i.key AND f.is_front)) END) m "
            + "WHERE (i.lease_token IS NULL OR i.lease_token = ANY($5)) AND (NOT i.is_suspended OR $6)",
            PostgresRows.Message,
            ids,
            Array.ConvertAll(ids, id => mayTake.Contains(id) ? Claim.MostMessages : 1L),
            due.UtcTicks,
            commits.SelectMany(commit => commit.Batch.Consumed).ToArray(),
            commits.Select(commit => commit.Batch.Guard).OfType<Guard.HoldsStep>().Select(guard => guard.Token).ToArray(),
            commits.Any(commit => commit.Batch.Suspended == false));
    }

    private Query<(long Key, ActivityRow Work, Holding Lease, long Instance)> Held()
    {
        var held = commits.Where(commit => commit.Batch.Guard is Guard.HoldsActivity).ToList();
        return new Query<(long, ActivityRow, Holding, long)>(
            $"SELECT {PostgresRows.ActivityColumns}, i.key FROM unnest($1, $2) AS h (instance_id, token) "
            // Both columns as one value, so that the index is entered by both even while the server thinks that an instance has few activities.
            + "JOIN instances i ON i.instance_id = h.instance_id "
            + "JOIN activities a ON (a.instance_key, a.lease_token) >= (i.key, h.token) AND (a.instance_key, a.lease_token) <= (i.key, h.token)",
            row =>
            {
                var (key, work, lease) = PostgresRows.Activity(row);
                return (key, work, lease, row.GetInt64(13));
            },
            held.Select(commit => commit.Batch.InstanceId).ToArray(),
            held.Select(commit => ((Guard.HoldsActivity)commit.Batch.Guard).Token).ToArray());
    }
}

/// <summary>What became of a group's commits, in their order.</summary>
internal sealed record GroupOutcome(IReadOnlyList<CommitResult> Results, bool LeavesWork, bool MakesTimer);
