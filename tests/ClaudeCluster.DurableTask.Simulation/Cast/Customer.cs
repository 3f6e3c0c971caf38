using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Simulation.Programs;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>
/// Starts one program, sends it its events, and knows what must come of it. Whatever it has no answer to, it asks again.
/// </summary>
internal sealed class Customer(World world, HubHost host, string id, Op[] program, bool changesItsMind)
{
    private readonly DurableTaskClient _client = new(new Wire(world, host));

    public SimProcess Process { get; } = new(id, world.Scheduler);

    public bool IsDone { get; private set; }

    public string Id => id;

    public bool ChangesItsMind => changesItsMind;

    public int ExpectedCalls => program.Sum(Reference.Calls);

    public void Begin() => Process.Begin(async () =>
    {
        world.Trace.Write($"wants {string.Join(" | ", (object[])program)}");
        await world.Time.DelayAsync(world.Faults.NewDelay(1_000));
        await UntilAnsweredAsync(StartAsync);
        var events = program.SelectMany(era => era.WithParts()).Count(op => op.Kind == OpKind.Hear);
        var pace = world.Faults.Next(3) switch { 0 => 1, 1 => 500, _ => 60_000 };
        for (var number = 0; number < events; number++)
        {
            await world.Time.DelayAsync(world.Faults.NewDelay(pace));
            await UntilAnsweredAsync(() => _client.RaiseEventAsync(id, ProgramTasks.Told.ToUpperInvariant(), number));
            if (world.Faults.Next(8) == 0)
                await SuspendAsync();
        }

        if (changesItsMind)
        {
            await world.Time.DelayAsync(world.Faults.NewDelay(20_000));
            await UntilAnsweredAsync(() => _client.TerminateInstanceAsync(id, "enough"));
        }

        await UntilAnsweredAsync(async () => Check(await _client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true)));
        IsDone = true;
    });

    private async Task SuspendAsync()
    {
        await UntilAnsweredAsync(() => _client.SuspendInstanceAsync(id));
        Process.Begin(async () =>
        {
            // Again and again: the suspension may have been sent twice, and its double be on the way still.
            while (!IsDone)
            {
                await world.Time.DelayAsync(world.Faults.NewDelay(60_000));
                await UntilAnsweredAsync(() => _client.ResumeInstanceAsync(id));
            }
        });
    }

    private async Task StartAsync()
    {
        try
        {
            await _client.ScheduleNewOrchestrationInstanceAsync(ProgramTasks.Orchestrator, new Run(id, program), new StartOrchestrationOptions(id));
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // An earlier request has done it, though its answer was lost.
        }
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

    private void Check(OrchestrationMetadata end)
    {
        var found = $"{end.RuntimeStatus} {end.SerializedOutput} {end.FailureDetails?.ErrorType} {end.FailureDetails?.ErrorMessage}".Trim();
        world.Trace.Write($"sees {found}");
        var expected = $"Completed \"{Reference.Output(program)}\"";
        if (found != expected && !(changesItsMind && found == "Terminated \"enough\""))
            world.Fail($"wrong end of {id}\n  found    {found}\n  expected {expected}");
    }
}
