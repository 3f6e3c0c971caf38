using Microsoft.CodeAnalysis;

namespace ClaudeCluster.DurableTask.Generators.Rules;

/// <summary>
/// All rules. An orchestrator runs again from its history after each wait and each crash, so it must ask for the same steps in
/// the same order each time; the rules 0001 to 0012 are the ways in which it does not. The numbers up to 0011 follow Microsoft's
/// DURABLE rules where those have one.
/// </summary>
internal static class RuleBook
{
    private const string Orchestrators = "OrchestratorCode";
    private const string Declarations = "TaskDeclarations";
    private const string Calls = "TaskCalls";

    public static readonly Rule Clock = new(
        "CCDT0001", Orchestrators, "An orchestrator reads no clock",
        "each replay would read another time", "Use context.CurrentUtcDateTime");

    public static readonly Rule NewGuid = new(
        "CCDT0002", Orchestrators, "An orchestrator makes no GUIDs of its own",
        "each replay would make another one", "Use context.NewGuid()");

    public static readonly Rule Delay = new(
        "CCDT0003", Orchestrators, "An orchestrator waits by durable timers only",
        "the wait is not in the history, and is lost with the process", "Use context.CreateTimer");

    public static readonly Rule Thread = new(
        "CCDT0004", Orchestrators, "An orchestrator stays on its one thread",
        "other threads finish in another order at each replay", "Do the work in an activity, and wait for several with Task.WhenAll");

    public static readonly Rule InputOutput = new(
        "CCDT0005", Orchestrators, "An orchestrator does no I/O",
        "each replay would do it again and see another answer", "Do it in an activity");

    public static readonly Rule Environment = new(
        "CCDT0006", Orchestrators, "An orchestrator does not look at its machine",
        "the next replay may run on another one", "Pass the value in as input, or ask an activity");

    public static readonly Rule Chance = new(
        "CCDT0007", Orchestrators, "An orchestrator throws no dice",
        "each replay would get another number", "Ask an activity, or seed a Random with something from the input");

    public static readonly Rule StaticState = new(
        "CCDT0008", Orchestrators, "An orchestrator keeps no state in statics",
        "it is shared by all orchestrations of the process and gone with it", "Keep it in a local variable, in the input of ContinueAsNew, or make it readonly");

    public static readonly Rule LeavesContext = new(
        "CCDT0009", Orchestrators, "An orchestrator does not leave its context",
        "what follows would run on another thread, which no history knows", "Await without ConfigureAwait(false)");

    public static readonly Rule Logger = new(
        "CCDT0010", Orchestrators, "An orchestrator logs by a replay-safe logger",
        "an injected logger writes each line again at each replay", "Use context.CreateReplaySafeLogger");

    public static readonly Rule EndlessLoop = new(
        "CCDT0011", Orchestrators, "A loop without end continues as new",
        "the history would grow for ever, and each step would replay all of it", "Call context.ContinueAsNew and return, once in each round");

    public static readonly Rule Cancellation = new(
        "CCDT0012", Orchestrators, "An orchestrator cancels at once",
        "callbacks would run on another thread, or by a real clock", "Use Cancel(), after context.CreateTimer if it is to be later");

    public static readonly Rule NoTask = new(
        "CCDT1001", Declarations, "[DurableTask] stands on what a worker can run",
        "no calls are written for it", "Make it a class that derives from TaskOrchestrator or TaskActivity, is neither abstract nor generic, and is at least internal",
        DiagnosticSeverity.Error);

    public static readonly Rule NoEvent = new(
        "CCDT1002", Declarations, "[DurableEvent] stands on what can be sent",
        "no calls are written for it", "Make it a type that is not generic and at least internal",
        DiagnosticSeverity.Error);

    public static readonly Rule NameTaken = new(
        "CCDT1003", Declarations, "One name is one task, or one event",
        "names ignore case, and calls are written for the first only", "Give it a name of its own, as in [DurableTask(\"Name\")], or a task another Version",
        DiagnosticSeverity.Error, sawWholeAssembly: true);

    public static readonly Rule InputDiffers = new(
        "CCDT2001", Calls, "A call gives the input that the task takes",
        "the input will not be what the task reads", "Pass the task's own input type; a generated call does",
        sawWholeAssembly: true);

    public static readonly Rule OutputDiffers = new(
        "CCDT2002", Calls, "A call takes the output that the task gives",
        "the result will not be what the call reads", "Ask for the task's own output type; a generated call does",
        sawWholeAssembly: true);

    public static readonly Rule UnknownName = new(
        "CCDT2003", Calls, "A call names a task that is registered",
        "no task of that name is registered in this assembly", "Register it, or correct the name; a generated call cannot be misspelt",
        DiagnosticSeverity.Info, sawWholeAssembly: true);

    public static IReadOnlyList<Rule> All { get; } =
    [
        Clock, NewGuid, Delay, Thread, InputOutput, Environment, Chance, StaticState, LeavesContext, Logger, EndlessLoop, Cancellation,
        NoTask, NoEvent, NameTaken,
        InputDiffers, OutputDiffers, UnknownName,
    ];
}
