using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Diagnostics;

// Traces: one trace from the client's call through orchestrations to their activities and children.
//
//   client      create_orchestration ──┐ traceparent, in ExecutionStarted
//   orchestration                      └─► orchestration (one span for all steps) ──┬─ in TaskScheduled ──► activity
//                                                                                   └─ in SubOrchestrationCreated ──► orchestration
//
// An execution outlives processes, so nobody holds its span open. Its id is derived from the execution id: every step on every machine
// knows it, and children can name it as their parent from the first step on. The span itself is written once, when the execution ends.
// A start without a trace has none anywhere below it, and nothing of this costs anything but a look at a null.

/// <summary>Spans of the engine, source "ClaudeCluster.DurableTask".</summary>
internal static class Tracing
{
    public const string SourceName = "ClaudeCluster.DurableTask";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What whoever is started now is a part of.</summary>
    public static TraceContext? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } current ? new(id, current.TraceStateString) : null;

    public static Activity? Start(TaskName orchestration) => Source.HasListeners()
        ? Source.StartActivity($"create_orchestration:{orchestration}", ActivityKind.Producer)
            ?.SetTag("durabletask.type", "orchestration")
            .SetTag("durabletask.task.name", orchestration.Name)
        : null;

    public static Activity? Run(ActivityWorkItem item) => Source.HasListeners()
        ? Source.StartActivity($"activity:{item.Name}", ActivityKind.Server, ToContext(item.Trace))
            ?.SetTag("durabletask.type", "activity")
            .SetTag("durabletask.task.name", item.Name.Name)
            .SetTag("durabletask.task.instance_id", item.InstanceId)
            .SetTag("durabletask.task.task_id", item.TaskId)
            .SetTag("durabletask.task.version", item.Version.Version)
        : null;

    public static void Fail(Activity? span, TaskFailureDetails? failure)
    {
        if (failure is not null)
            span?.SetStatus(ActivityStatusCode.Error, failure.ErrorMessage);
    }

    /// <summary>The span of the execution itself, as the parent of what it asks for.</summary>
    public static TraceContext? OfExecution(ExecutionStarted started) =>
        started.Trace is { } trace && ActivityContext.TryParse(trace.TraceParent, trace.TraceState, out var parent)
            ? new TraceContext($"00-{parent.TraceId}-{SpanId(started.ExecutionId)}-{(byte)parent.TraceFlags:x2}", trace.TraceState)
            : null;

    /// <summary>The execution has ended: writes its span.</summary>
    public static void EndExecution(ExecutionStarted started, string instanceId, DateTimeOffset began, OrchestratorAction end, DateTimeOffset now)
    {
        if (started.Trace is null || !Source.HasListeners())
            return;
        using var span = Source.CreateActivity($"orchestration:{started.Name}", ActivityKind.Server, ToContext(started.Trace));
        if (span is null)
            return;
        span.SetTag("durabletask.type", "orchestration")
            .SetTag("durabletask.task.name", started.Name)
            .SetTag("durabletask.task.instance_id", instanceId)
            .SetTag("durabletask.task.version", started.Version)
            .SetTag("durabletask.task.status", Status(end).ToString())
            .SetStartTime(began.UtcDateTime)
            .Start();
        SetSpanId(span, SpanId(started.ExecutionId));
        Fail(span, (end as OrchestratorAction.Fail)?.Failure);
        span.SetEndTime(now.UtcDateTime);
    }

    private static OrchestrationRuntimeStatus Status(OrchestratorAction end) => end switch
    {
        OrchestratorAction.Fail => OrchestrationRuntimeStatus.Failed,
        OrchestratorAction.ContinueAsNew => OrchestrationRuntimeStatus.ContinuedAsNew,
        _ => OrchestrationRuntimeStatus.Completed,
    };

    private static ActivityContext ToContext(TraceContext? trace) =>
        ActivityContext.TryParse(trace?.TraceParent, trace?.TraceState, out var context) ? context : default;

    private static string SpanId(string executionId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(executionId)).AsSpan(0, 8));

    /// <summary>There is no public way to say which id a span has. If the private one goes, the span gets another id and hangs beside its children.</summary>
    private static void SetSpanId(Activity span, string spanId)
    {
        try
        {
            SpanIdOf(span) = spanId;
            IdOf(span) = null;
        }
        catch (MissingFieldException)
        {
            // A newer runtime: see above.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanIdOf(Activity span);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_id")]
    private static extern ref string? IdOf(Activity span);
}
