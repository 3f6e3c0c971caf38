using ClaudeCluster.DurableTask.History;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Replay;

// Replay: how code that waits for weeks survives without a process.
//
//   history   │ started  A scheduled ┃ A completed  B scheduled ┃ B completed … what is new
//   code      │ ──► await A ─────────┃──► await B ──────────────┃──► goes on
//   actions   │     [schedule A]     ┃    [schedule B]          ┃    [complete]
//   compared  │     with history     ┃    with history          ┃    returned to the hub
//             └── step 1 ────────────┴── step 2 ────────────────┴── step 3, the new one
//
// Nothing of the running code is ever stored. An instance that has to go on is run again from its first line. Each past step gives
// the code the same answers in the same order, so it takes the same way and asks for the same things; those are not done again but
// compared with what history recorded. When the past is used up, the code stands exactly where it stood, and the new events take it
// one step further. What it asks for now are the actions of the new step: the caller commits them, and only then do they happen.
//
// A past step and a new one go through the same few lines (RunStep), so they cannot differ. If the code asks for something else than
// history holds, its code was changed or it decided by a clock, a random number or a static: the orchestration fails, and the message
// says what was expected and what was found. Going on would do things twice or leave them out.
//
// The code runs on a thread of its own kind (OrchestratorThread): one continuation at a time, always in the same order. When all is
// still, the code either has ended or waits for durable work. If it waits and no durable work is open, it awaits something that no
// history can bring back, and that is a failure too, rather than an orchestration that never moves again.
//
// To run over the past and ask nothing is also how others look at a history: ReplayCheck before a deployment, Rewinding on trial.
//
// ReplayContext is what the code sees of all this; OpenTasks and ExternalEvents know who awaits what; NonDeterminism compares.
//
// This class has no I/O, no clock and no chance. An object that has just taken a step can take the next one without the past.

/// <summary>One execution of an orchestrator: code plus history gives actions.</summary>
internal sealed class OrchestrationReplay(
    string instanceId, Func<ExecutionStarted, ITaskOrchestrator?> findOrchestrator, DataConverter converter, ILoggerFactory logs) : IAsyncDisposable
{
    private readonly OrchestratorThread _thread = new();
    private ReplayContext? _context;
    private DateTimeOffset _stepBegan;
    private bool _replaying;
    private int _steps;
    private OrchestratorAction? _end;
    private List<HistoryEvent>? _unheard;
    private ITaskOrchestrator? _code;

    public ExceptionProperties? ExceptionProperties { get; init; }

    public string InstanceId => instanceId;

    /// <summary>How the execution began, and when its first step did; null before that.</summary>
    public (ExecutionStarted Event, DateTimeOffset At)? Beginning { get; private set; }

    /// <summary>The version of sub-orchestrations that are called without one.</summary>
    public TaskVersion DefaultVersion { get; init; }

    /// <summary>The code has ended, or is forgotten where it waits.</summary>
    public ValueTask DisposeAsync() => _code is OwnedOrchestrator owned ? owned.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>Runs the code over the past and then one step further.</summary>
    public StepResult Run(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> received) =>
        Replay(past) is { } difference ? new StepResult([new OrchestratorAction.Fail(difference.ToFailure(NameForPeople))], CustomStatus) : Step(received);

    /// <summary>Runs the code over past steps; the first difference between code and history, or null.</summary>
    public NonDeterminism? Replay(IReadOnlyList<HistoryEvent> past)
    {
        foreach (var step in HistorySteps.Split(past))
        {
            var actions = RunStep(step, replaying: true);
            if (EndedWithoutTheCode(step))
                return null;
            if (NonDeterminism.Find(_steps, step.Where(HistorySteps.IsRecordOfAction), actions) is { } difference)
                return difference;
        }

        return null;
    }

    /// <summary>Runs the code over one more past step; true if it asks for exactly what is recorded there, with the same inputs.</summary>
    public bool DoesExactly(IReadOnlyList<HistoryEvent> step)
    {
        var actions = RunStep(step, replaying: true);
        var recorded = step.Where(HistorySteps.IsRecordOfAction).ToList();
        return NonDeterminism.Find(_steps, recorded, actions) is null && recorded.Zip(actions).All(pair => NonDeterminism.HaveSamePayload(pair.First, pair.Second));
    }

    /// <summary>Gives the code what is new; what it then asks for.</summary>
    /// <exception cref="InvalidOperationException">The history does not begin with the start of an execution.</exception>
    public StepResult Step(IReadOnlyList<HistoryEvent> received)
    {
        var actions = RunStep(received, replaying: false);
        return _context is null
            ? throw new InvalidOperationException($"The history of '{instanceId}' does not begin with {nameof(ExecutionStarted)}.")
            : new StepResult(actions, CustomStatus);
    }

    private string? CustomStatus => _context?.CustomStatus;

    private string NameForPeople => _context?.Name.Name ?? instanceId;

    /// <summary>The hub or the worker ended it, not the code: there is nothing to compare.</summary>
    private static bool EndedWithoutTheCode(List<HistoryEvent> step) => step.Exists(happened => happened switch
    {
        ExecutionTerminated or ExecutionPoisoned => true,
        ExecutionCompleted { Failure.ErrorType: var why } =>
            why is FailureTypes.NonDeterministic or FailureTypes.NotDurable or FailureTypes.NotReplayable or FailureTypes.TaskNotFound
                or FailureTypes.VersionMismatch or FailureTypes.TooLarge,
        _ => false,
    });

    private List<OrchestratorAction> RunStep(IReadOnlyList<HistoryEvent> events, bool replaying)
    {
        _replaying = replaying;
        _steps++;
        foreach (var happened in events)
            _thread.Run(() => Deliver(happened));

        if (StoppedOutsideOfHistory() is { } failure)
            return [new OrchestratorAction.Fail(failure)];
        var actions = _context?.TakeActions() ?? [];
        if (_end is { } end)
            actions.Add(end is OrchestratorAction.ContinueAsNew next ? next with { CarriedEvents = CarriedEvents() } : end);
        return actions;
    }

    private void Deliver(HistoryEvent happened)
    {
        switch (happened)
        {
            case OrchestratorStarted:
                _stepBegan = happened.Timestamp;
                _context?.BeginStep(_stepBegan, _replaying);
                break;
            // Hubs of another make go on with the steps of a suspended instance. The code hears nothing until it is resumed.
            case ExecutionSuspended:
                _unheard ??= [];
                break;
            case ExecutionResumed when _unheard is { } unheard:
                _unheard = null;
                unheard.ForEach(Deliver);
                break;
            case not ExecutionStarted when _unheard is not null:
                _unheard.Add(happened);
                break;
            case ExecutionStarted started when _context is null:
                Begin(started);
                break;
            case TaskCompleted answer:
                _context?.Tasks.Complete(answer.TaskId, TaskKind.Activity, answer.Result);
                break;
            case TaskFailed answer:
                _context?.Tasks.Fail(answer.TaskId, TaskKind.Activity, answer.Failure);
                break;
            case SubOrchestrationCompleted answer:
                _context?.Tasks.Complete(answer.TaskId, TaskKind.SubOrchestration, answer.Result);
                break;
            case SubOrchestrationFailed answer:
                _context?.Tasks.Fail(answer.TaskId, TaskKind.SubOrchestration, answer.Failure);
                break;
            case TimerFired answer:
                _context?.Tasks.Complete(answer.TaskId, TaskKind.Timer, null);
                break;
            case EventRaised raised when _end is not null:
                // The code has returned: whoever it left waiting will never look, but its next execution may.
                _context?.Events.Keep(raised);
                break;
            case EventRaised raised:
                _context?.Events.Raise(raised);
                break;
        }
    }

    private void Begin(ExecutionStarted started)
    {
        _context = new ReplayContext(instanceId, started, converter, _thread, logs) { DefaultVersion = DefaultVersion };
        _context.BeginStep(_stepBegan, _replaying);
        Beginning = (started, _stepBegan);
        _ = RunCodeAsync(_context, started);
    }

    /// <summary>Runs until the code ends, perhaps many steps from now. Whatever it throws is its result.</summary>
    private async Task RunCodeAsync(ReplayContext context, ExecutionStarted started)
    {
        try
        {
            _end = await RunToTheEndAsync(context, started);
        }
        catch (Exception e)
        {
            _end = new OrchestratorAction.Fail(TaskFailureDetails.FromException(e, ExceptionProperties));
        }
    }

    private async Task<OrchestratorAction> RunToTheEndAsync(ReplayContext context, ExecutionStarted started)
    {
        if (findOrchestrator(started) is not { } code)
            return new OrchestratorAction.Fail(NoCode(started));
        _code = code;
        var output = await code.RunAsync(context, context.ReadInput(code.InputType));
        return context.Next is { } next
            ? new OrchestratorAction.ContinueAsNew(next.Input, []) { NewVersion = next.NewVersion, Trace = started.Trace }
            : new OrchestratorAction.Complete(context.WriteOutput(output, code.OutputType));
    }

    private IReadOnlyList<EventRaised> CarriedEvents() =>
        _context is { Next.KeepsEvents: true } context ? [.. context.Events.Unclaimed] : [];

    private TaskFailureDetails? StoppedOutsideOfHistory()
    {
        var left = _thread.WasLeft;
        if (!left && (_end is not null || _context is null or { HasOpenWork: true }))
            return null;
        var found = left ? "it went on from another thread" : "it has not ended, and no activity, timer, sub-orchestration or event is awaited";
        return new TaskFailureDetails(
            FailureTypes.NotDurable,
            $"The orchestrator '{NameForPeople}' awaits something that is not durable: {found}. Await only what its context returns.")
        {
            IsNonRetriable = true,
        };
    }

    private static TaskFailureDetails NoCode(ExecutionStarted started) => new(
        FailureTypes.TaskNotFound,
        $"No orchestrator named '{started.Name}'{(started.Version.Length == 0 ? "" : $" of version '{started.Version}'")} is registered with this worker.")
    {
        IsNonRetriable = true,
    };
}

/// <summary>What a step asks for, and the custom status after it.</summary>
internal sealed record StepResult(IReadOnlyList<OrchestratorAction> Actions, string? CustomStatus);
