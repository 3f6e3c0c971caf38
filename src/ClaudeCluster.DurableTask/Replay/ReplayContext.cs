using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.History;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>What orchestrator code sees while it runs. Whatever it asks for becomes an action with the next task id.</summary>
internal sealed class ReplayContext(
    string instanceId, ExecutionStarted started, DataConverter converter, OrchestratorThread thread, ILoggerFactory logs) : TaskOrchestrationContext
{
    private readonly List<OrchestratorAction> _actions = [];
    private DateTime _now;
    private bool _replaying;
    private readonly TraceContext? _trace = Tracing.OfExecution(started);
    private int _nextTaskId;
    private int _nextGuid;

    public override TaskName Name { get; } = started.Name;

    public override string InstanceId { get; } = instanceId;

    public override string Version { get; } = started.Version;

    public override ParentOrchestrationInstance? Parent { get; } = started.Parent?.ToPublic();

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _replaying;

    public OpenTasks Tasks { get; } = new();

    public ExternalEvents Events { get; } = new();

    public string? CustomStatus { get; private set; }

    /// <summary>Set when the code asked to begin again; it takes effect when the code returns.</summary>
    public NextExecution? Next { get; private set; }

    /// <summary>The version of sub-orchestrations that are called without one.</summary>
    public TaskVersion DefaultVersion { get; init; }

    public bool HasOpenWork => Tasks.Count > 0 || Events.Waiters > 0;

    protected override ILoggerFactory LoggerFactory => logs;

    public void BeginStep(DateTimeOffset now, bool replaying)
    {
        _now = now.UtcDateTime;
        _replaying = replaying;
        _actions.Clear();
    }

    public List<OrchestratorAction> TakeActions() => [.. _actions];

    public object? ReadInput(Type type) => converter.Deserialize(started.Input, type);

    public string? WriteOutput(object? output, Type type) => converter.Serialize(output, type);

    [return: MaybeNull]
    public override T GetInput<T>() => converter.Deserialize<T>(started.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        StayOnThread();
        ArgumentException.ThrowIfNullOrEmpty(name.Name, nameof(name));
        var payload = converter.Serialize(input);
        return Retrying.RunAsync(this, options?.Retry, () => CallActivityOnceAsync<TResult>(name, payload, options));
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        StayOnThread();
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        if (options is SubOrchestrationOptions { InstanceId: { } child })
            InstanceIds.Check(child);
        var payload = converter.Serialize(input);
        return Retrying.RunAsync(this, options?.Retry, () => CallSubOrchestratorOnceAsync<TResult>(orchestratorName, payload, options));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        StayOnThread();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var id = _nextTaskId++;
        _actions.Add(new OrchestratorAction.CreateTimer(id, ToUtc(fireAt)));
        return Tasks.Add(id, TaskKind.Timer, "timer", cancellationToken);
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        StayOnThread();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return converter.Deserialize<T>(await Events.Wait(eventName, cancellationToken))!;
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        StayOnThread();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        _actions.Add(new OrchestratorAction.SendEvent(_nextTaskId++, instanceId, eventName, converter.Serialize(payload)));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        StayOnThread();
        CustomStatus = converter.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        StayOnThread();
        // A bare null as the only argument is taken for the options; it means a null input.
        options ??= new ContinueAsNewOptions();
        Next = new NextExecution(converter.Serialize(options.NewInput), options.PreserveUnprocessedEvents, options.NewVersion);
    }

    public override Guid NewGuid()
    {
        StayOnThread();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{started.ExecutionId}/{_nextGuid++}")).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80); // version 8: made by a rule of one's own
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    private static DateTimeOffset ToUtc(DateTime instant) => instant.Kind == DateTimeKind.Local
        ? new DateTimeOffset(instant).ToUniversalTime()
        : new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc));

    private static Dictionary<string, string>? CopyTags(TaskOptions? options) =>
        options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags, StringComparer.Ordinal) : null;

    private async Task<TResult> CallActivityOnceAsync<TResult>(TaskName name, string? input, TaskOptions? options)
    {
        var id = _nextTaskId++;
        _actions.Add(new OrchestratorAction.ScheduleTask(id, name, options?.Version ?? Version, input, CopyTags(options)) { Trace = _trace });
        return converter.Deserialize<TResult>(await Tasks.Add(id, TaskKind.Activity, name))!;
    }

    private async Task<TResult> CallSubOrchestratorOnceAsync<TResult>(TaskName name, string? input, TaskOptions? options)
    {
        var id = _nextTaskId++;
        var child = (options as SubOrchestrationOptions)?.InstanceId ?? $"{started.ExecutionId}-{id}";
        _actions.Add(new OrchestratorAction.StartSubOrchestration(
            id, child, name, options?.Version ?? DefaultVersion, input, CopyTags(options))
        { Trace = _trace });
        return converter.Deserialize<TResult>(await Tasks.Add(id, TaskKind.SubOrchestration, name))!;
    }

    private void StayOnThread()
    {
        if (!thread.IsCurrent)
            thread.Leave();
    }
}

/// <summary>What the code has asked for: to begin again.</summary>
internal sealed record NextExecution(string? Input, bool KeepsEvents, TaskVersion? NewVersion);
