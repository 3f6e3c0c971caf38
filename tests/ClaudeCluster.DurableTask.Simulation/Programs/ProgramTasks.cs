using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Simulation.Programs;

/// <summary>Runs programs on the engine: the orchestrators and activities, and what they do to the world.</summary>
internal sealed class ProgramTasks(IOutside outside)
{
    public const string Orchestrator = "Run";
    public const string Told = "Told";

    /// <summary>What the one failure says that nobody catches.</summary>
    public const string Broken = "broken";

    private static readonly TimeSpan Long = TimeSpan.FromHours(10);

    public static void AddOrchestrators(DurableTaskRegistry tasks, TaskVersion version = default) => tasks
        .AddOrchestratorFunc<Run, string>(Orchestrator, version, RunAsync)
        .AddOrchestratorFunc<Call, string>("Stubborn", version, (context, call) => context.CallActivityAsync<string>("Act", call))
        .AddOrchestratorFunc<int, string>("Talker", version, TalkAsync)
        .AddOrchestratorFunc<object?, string>("Forever", version, (context, _) => context.WaitForExternalEvent<string>("Never"));

    public void AddActivities(DurableTaskRegistry tasks, TaskVersion version = default) => tasks
        .AddActivity("Act", version, _ => new Deed(async (context, call) =>
        {
            await outside.WorkAsync();
            return outside.Effect(call, context.GetCallKey()) < call.Failures ? throw new FormatException($"{call.Op}") : $"{call.Op}";
        }))
        .AddActivity("Brittle", version, _ => new Deed(async (context, call) =>
        {
            await outside.WorkAsync();
            outside.Effect(call, context.GetCallKey());
            return outside.IsBroken(call) ? throw new FormatException(Broken) : $"{call.Op}";
        }))
        .AddActivity("Terminate", version, _ => new Deed(async (context, call) =>
        {
            outside.Effect(call, context.GetCallKey());
            await outside.TerminateAsync(call.Text!);
            return "asked";
        }));

    private static async Task<string> RunAsync(TaskOrchestrationContext context, Run run)
    {
        context.SetCustomStatus($"era {run.Era}");
        var hearing = new Hearing(run.Heard);
        var version = run.HasVersions ? $"v{context.Version}" : string.Empty;
        var written = $"{run.Written}{run.Era}{version}:{await RunAsync(context, run.Eras[run.Era], run, hearing)};";
        if (run.Era == run.Eras.Length - 1)
            return written;
        context.ContinueAsNew(new ContinueAsNewOptions
        {
            NewInput = run with { Era = run.Era + 1, Written = written, Heard = hearing.Heard },
            NewVersion = run.VersionOf(run.Era + 1),
        });
        return string.Empty;
    }

    private static async Task<string> RunAsync(TaskOrchestrationContext context, Op op, Run run, Hearing hearing)
    {
        var began = context.CurrentUtcDateTime;
        switch (op.Kind)
        {
            case OpKind.Do:
                return $"a{await context.CallActivityAsync<string>("Act", new Call(run.Root, op.Id, 0))}";
            case OpKind.Flaky:
                return $"f{await context.CallActivityAsync<string>("Act", new Call(run.Root, op.Id, op.N), Retries(op.N + 1))}";
            case OpKind.Fail:
                return await CaughtAsync(context.CallActivityAsync<string>("Act", new Call(run.Root, op.Id, int.MaxValue), Retries(op.N)), "x");
            case OpKind.Break:
                return $"b{await context.CallActivityAsync<string>("Brittle", new Call(run.Root, op.Id, op.N))}";
            case OpKind.Sleep:
                await context.CreateTimer(TimeSpan.FromMilliseconds(op.N), CancellationToken.None);
                return context.CurrentUtcDateTime >= began.AddMilliseconds(op.N) ? "s" : "awake too early";
            case OpKind.Hear:
                return await HearAsync(context, hearing, run.HearsAgain);
            case OpKind.Miss:
                return await MissAsync(context, op);
            case OpKind.Echo:
                var name = context.NewGuid().ToString();
                context.SendEvent(context.InstanceId, name.ToUpperInvariant(), op.Id);
                return $"m{await context.WaitForExternalEvent<int>(name, Long)}";
            case OpKind.Child:
                var version = run.HasVersions && op.N < 3 ? new TaskOptions { Version = $"{op.N}" } : null; // Otherwise the worker's own.
                return $"({await context.CallSubOrchestratorAsync<string>(Orchestrator, new Run(run.Root, op.Parts), version)})";
            case OpKind.Stubborn:
                return $"c{await context.CallSubOrchestratorAsync<string>("Stubborn", new Call(run.Root, op.Id, op.N), Retries(op.N + 1))}";
            case OpKind.Talk:
                return await TalkWithAsync(context, op);
            case OpKind.End:
                return await EndAsync(context, op, run);
            case OpKind.Seq:
                var written = string.Empty;
                foreach (var part in op.Parts)
                    written += await RunAsync(context, part, run, hearing);
                return written;
            case OpKind.All:
                return $"[{string.Join('|', await TogetherAsync(op, [.. op.Parts.Select(part => RunAsync(context, part, run, hearing))]))}]";
            default:
                return await context.WaitForExternalEvent<string>("Never");
        }
    }

    private static async Task<string[]> TogetherAsync(Op op, Task<string>[] parts)
    {
        if (op.N > 1)
            return await Task.WhenAll(parts);
        var written = new List<string>();
        foreach (var part in parts)
            written.Add(await part);
        return [.. written];
    }

    private static TaskOptions Retries(int attempts) => TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, TimeSpan.FromMilliseconds(20), 3));

    private static async Task<string> CaughtAsync(Task<string> task, string caught)
    {
        try
        {
            return await task;
        }
        catch (TaskFailedException)
        {
            return caught;
        }
    }

    private static async Task<string> HearAsync(TaskOrchestrationContext context, Hearing hearing, bool hearsAgain)
    {
        while (true)
        {
            var number = await context.WaitForExternalEvent<int>(Told);
            if (number > hearing.Heard && !hearsAgain)
                return $"heard {number} where {hearing.Heard} was due";
            if (number != hearing.Heard)
                continue; // The same once more: whoever sent it got no answer, or one before it was lost and all will be sent again.
            hearing.Heard++;
            return $"e{number}";
        }
    }

    private static async Task<string> MissAsync(TaskOrchestrationContext context, Op op)
    {
        try
        {
            return await context.WaitForExternalEvent<string>("Never", TimeSpan.FromMilliseconds(op.N));
        }
        catch (OperationCanceledException)
        {
            return "-";
        }
    }

    private static async Task<string> TalkWithAsync(TaskOrchestrationContext context, Op op)
    {
        var child = context.NewGuid().ToString();
        var end = context.CallSubOrchestratorAsync<string>("Talker", op.Id, new SubOrchestrationOptions(instanceId: child));
        context.SendEvent(child, "Question", op.Id);
        var answer = await context.WaitForExternalEvent<int>($"Answer {op.Id}");
        return answer == op.Id ? $"t{await end}" : $"answered {answer}";
    }

    private static async Task<string> TalkAsync(TaskOrchestrationContext context, int id)
    {
        var question = await context.WaitForExternalEvent<int>("Question");
        context.SendEvent(context.Parent!.InstanceId, $"Answer {id}", question);
        return $"{id}";
    }

    private static async Task<string> EndAsync(TaskOrchestrationContext context, Op op, Run run)
    {
        var child = context.NewGuid().ToString();
        var end = context.CallSubOrchestratorAsync<string>("Forever", null, new SubOrchestrationOptions(instanceId: child));
        await context.CallActivityAsync<string>("Terminate", new Call(run.Root, op.Id, 0, child));
        return await CaughtAsync(end, "k");
    }

    /// <summary>An activity's input.</summary>
    internal sealed record Call(string Root, int Op, int Failures, string? Text = null);

    private sealed class Deed(Func<TaskActivityContext, Call, Task<string>> run) : TaskActivity<Call, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, Call input) => run(context, input);
    }

    private sealed class Hearing(int heard)
    {
        public int Heard { get; set; } = heard;
    }
}

/// <summary>The world that activities touch.</summary>
internal interface IOutside
{
    /// <summary>Takes some time, sometimes more than a lease lasts.</summary>
    Task WorkAsync();

    /// <summary>Notes a run of a call; which of the operation's calls it is, counted from 0. Runs of one call are one.</summary>
    int Effect(ProgramTasks.Call call, string callKey);

    /// <summary>True if the call must fail: the world was not repaired often enough for it.</summary>
    bool IsBroken(ProgramTasks.Call call);

    Task TerminateAsync(string instanceId);
}
