using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>What the hub has to do for a call that history records: the activity, the timer's message, the sub-orchestration. Pure.</summary>
internal static class Calls
{
    private const string TraceParentTag = "durabletask.traceparent";
    private const string TraceStateTag = "durabletask.tracestate";

    public static ActivityRow ToActivity(InstanceState caller, TaskScheduled call, DateTimeOffset now) =>
        new(caller.InstanceId, caller.ExecutionId, call.TaskId, call.Name, call.Version, call.Input)
        {
            Tags = WithTrace(call.Tags ?? InstanceState.NoTags, call.Trace),
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
        var start = new StartRequest(call.Name, call.InstanceId, call.Input)
        {
            Version = call.Version,
            Tags = Merge(caller.Tags, call.Tags),
            Trace = call.Trace,
        };
        var (instance, message) = InstanceRequests.NewExecution(start, call.InstanceId, ids.NewId(), parent, now);
        return new ChildStart(instance, message, Endings.AlreadyExists(parent, call.InstanceId, now));
    }

    /// <summary>An activity's row has no place of its own for the trace: it travels among the tags, and is taken out before anybody sees them.</summary>
    public static (IReadOnlyDictionary<string, string> Tags, TraceContext? Trace) TakeTrace(ActivityRow activity)
    {
        if (!activity.Tags.TryGetValue(TraceParentTag, out var traceParent))
            return (activity.Tags, null);
        var tags = activity.Tags.Where(tag => tag.Key is not (TraceParentTag or TraceStateTag)).ToDictionary(StringComparer.Ordinal);
        return (tags, new TraceContext(traceParent, activity.Tags.GetValueOrDefault(TraceStateTag)));
    }

    private static IReadOnlyDictionary<string, string> WithTrace(IReadOnlyDictionary<string, string> tags, TraceContext? trace)
    {
        if (trace is null)
            return tags;
        var all = new Dictionary<string, string>(tags, StringComparer.Ordinal) { [TraceParentTag] = trace.TraceParent };
        if (trace.TraceState is { } state)
            all[TraceStateTag] = state;
        return all;
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
