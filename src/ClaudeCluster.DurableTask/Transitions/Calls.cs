using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>What the hub has to do for a call that history records: the activity, the timer's message, the sub-orchestration. Pure.</summary>
internal static class Calls
{
    public static ActivityRow ToActivity(InstanceState caller, TaskScheduled call, DateTimeOffset now) =>
        new(caller.InstanceId, caller.ExecutionId, call.TaskId, call.Name, call.Version, call.Input)
        {
            Tags = call.Tags ?? InstanceState.NoTags,
            ScheduledAt = now,
        };

    public static InboxMessage ToTimer(InstanceState caller, TimerCreated call)
    {
        var fired = new TimerFired(call.TaskId, call.FireAt) { Timestamp = call.FireAt };
        return new InboxMessage(caller.InstanceId, caller.ExecutionId, fired, call.FireAt) { IsTimed = true };
    }

    public static ChildStart ToChild(InstanceState caller, SubOrchestrationCreated call, DateTimeOffset now, IIdSource ids)
    {
        var parent = new ParentInstance(caller.InstanceId, caller.ExecutionId, caller.Name, call.TaskId);
        var start = new StartRequest(call.Name, call.InstanceId, call.Input) { Version = call.Version, Tags = Merge(caller.Tags, call.Tags) };
        var (instance, message) = InstanceRequests.NewExecution(start, call.InstanceId, ids.NewId(), parent, now);
        return new ChildStart(instance, message, Endings.AlreadyExists(parent, call.InstanceId, now));
    }

    /// <summary>Sub-orchestrations have the tags of their parent, unless they say otherwise.</summary>
    private static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> callers, IReadOnlyDictionary<string, string>? own)
    {
        if (own is null)
            return callers;
        var merged = new Dictionary<string, string>(callers, StringComparer.Ordinal);
        foreach (var (key, value) in own)
            merged[key] = value;
        return merged;
    }
}
