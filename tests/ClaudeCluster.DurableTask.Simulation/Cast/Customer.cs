using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Simulation.Programs;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>
/// Starts one program, sends it its events, rewinds it when it has failed, and knows what must come of it. Whatever it has no answer to,
/// it asks again.
/// </summary>
internal sealed class Customer(World world, Outside outside, ITaskHub hub, Run run, Habits habits)
{
    private readonly DurableTaskClient _client = new(hub);

    public SimProcess Process { get; } = new(run.Root, world.Scheduler);

    public bool IsDone { get; private set; }

    public string Id => run.Root;

    public bool ChangesItsMind => habits == Habits.Terminates;

    /// <summary>Calls of the present life.</summary>
    public int ExpectedCalls { get; private set; } = run.Eras.Sum(Reference.Calls);

    public void Begin() => Process.Begin(async () =>
    {
        world.Trace.Write($"wants {string.Join(" | ", (object[])run.Eras)}, {habits}");
        await world.Time.DelayAsync(world.Faults.NewDelay(1_000));
        await UntilAnsweredAsync(StartAsync);
        await SendEventsAsync();
        if (ChangesItsMind)
        {
            await world.Time.DelayAsync(world.Faults.NewDelay(20_000));
            await UntilAnsweredAsync(() => _client.TerminateInstanceAsync(Id, "enough"));
        }

        await EndAsync();
        if (habits == Habits.Restarts)
            await LiveAgainAsync();
        IsDone = true;
    });

    private async Task SendEventsAsync()
    {
        var events = run.Eras.SelectMany(era => era.WithParts()).Count(op => op.Kind == OpKind.Hear);
        var pace = world.Faults.Next(3) switch { 0 => 1, 1 => 500, _ => 60_000 };
        for (var number = 0; number < events; number++)
        {
            await world.Time.DelayAsync(world.Faults.NewDelay(pace));
            await UntilAnsweredAsync(() => _client.RaiseEventAsync(Id, ProgramTasks.Told.ToUpperInvariant(), number));
            if (world.Faults.Next(8) == 0)
                await SuspendAsync();
        }
    }

    private async Task SuspendAsync()
    {
        await UntilAnsweredAsync(() => _client.SuspendInstanceAsync(Id));
        Process.Begin(async () =>
        {
            // Again and again: the suspension may have been sent twice, and its double be on the way still.
            while (!IsDone)
            {
                await world.Time.DelayAsync(world.Faults.NewDelay(60_000));
                await UntilAnsweredAsync(() => _client.ResumeInstanceAsync(Id));
            }
        });
    }

    private async Task StartAsync()
    {
        try
        {
            var options = new StartOrchestrationOptions(Id) { Version = run.VersionOf(0) };
            await _client.ScheduleNewOrchestrationInstanceAsync(ProgramTasks.Orchestrator, run, options);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // An earlier request has done it, though its answer was lost.
        }
    }

    /// <summary>Waits for the end. As long as it is a failure that can be repaired, repairs and rewinds.</summary>
    private async Task EndAsync()
    {
        while (true)
        {
            OrchestrationMetadata end = null!;
            await UntilAnsweredAsync(async () => end = await _client.WaitForInstanceCompletionAsync(Id, getInputsAndOutputs: true));
            if (!IsRepairable(end.FailureDetails))
            {
                Check(end);
                return;
            }

            world.Trace.Write("repairs and rewinds");
            outside.Repair(Id);
            await UntilAnsweredAsync(RewindAsync);
            await SendEventsAsync(); // What came while it was failed is lost.
        }
    }

    private async Task RewindAsync()
    {
        try
        {
            await _client.RewindInstanceAsync(Id);
        }
        catch (OrchestrationStatusException)
        {
            // An earlier request has done it.
        }
    }

    /// <summary>Begins the ended program again; the last era, that is. A restart is no request that one may blindly make twice.</summary>
    private async Task LiveAgainAsync()
    {
        outside.BeginNewLife(Id);
        ExpectedCalls = Reference.Calls(run.Eras[^1]);
        var before = (await world.Disk.ReadInstanceAsync(Id))!.ExecutionId;
        await UntilAnsweredAsync(async () =>
        {
            if ((await hub.GetAsync(Id, payloads: false))!.ExecutionId == before)
                await _client.RestartAsync(Id);
        });
        await SendEventsAsync();
        await EndAsync();
    }

    private async Task UntilAnsweredAsync(Func<Task> ask)
    {
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                world.Trace.Write($"asks again: {e.Message}");
                await world.Time.DelayAsync(world.Faults.NewDelay(5_000));
            }
        }
    }

    private static bool IsRepairable(TaskFailureDetails? failure) =>
        failure is not null && (failure.ErrorMessage == ProgramTasks.Broken || IsRepairable(failure.InnerFailure));

    private void Check(OrchestrationMetadata end)
    {
        var found = $"{end.RuntimeStatus} {end.SerializedOutput} {end.FailureDetails?.ErrorType} {end.FailureDetails?.ErrorMessage}".Trim();
        world.Trace.Write($"sees {found}");
        var expected = $"Completed \"{Reference.Output(run.Eras, run.HasVersions)}\"";
        if (found != expected && !(ChangesItsMind && found == "Terminated \"enough\""))
            world.Fail($"wrong end of {Id}\n  found    {found}\n  expected {expected}");
    }
}

/// <summary>What a customer does besides.</summary>
internal enum Habits
{
    Waits,

    /// <summary>Terminates the program while it runs.</summary>
    Terminates,

    /// <summary>Restarts the program after its end.</summary>
    Restarts,
}
