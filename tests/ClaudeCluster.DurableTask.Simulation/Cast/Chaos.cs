using ClaudeCluster.DurableTask.Simulation.Faults;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>What goes wrong at any moment, and not at a call: deaths, broken streams, somebody who sets the clock.</summary>
internal static class Chaos
{
    public static void Begin(World world, IReadOnlyList<HubHost> hosts, IReadOnlyList<WorkerHost> workers, bool areRemote) => world.Begin(async () =>
    {
        var pace = world.Faults.Next(3) switch { 0 => 20, 1 => 1_000, _ => 20_000 };
        while (!world.Faults.IsOver)
        {
            await world.Time.DelayAsync(world.Faults.NewDelay(pace));
            if (world.Faults.Strikes(Fault.HubDies))
                hosts[world.Faults.Next(hosts.Count)].Process.Kill();
            if (world.Faults.Strikes(Fault.ClockStep))
                StepClock(world);
            var worker = workers[world.Faults.Next(workers.Count)];
            if (areRemote && world.Faults.Strikes(Fault.WorkerDies))
                worker.Process!.Kill();
            if (areRemote && world.Faults.Strikes(Fault.WorkerStops))
                worker.Stop();
            if (areRemote && world.Faults.Strikes(Fault.StreamBreaks))
            {
                world.Trace.Write($"the stream of {worker.Process!.Name} breaks");
                worker.BreakStream();
            }
        }
    });

    private static void StepClock(World world)
    {
        var by = world.Faults.NewDelay(1_200_000) - TimeSpan.FromMinutes(10);
        world.Trace.Write($"the clock is set by {by}");
        world.Time.StepWall(by);
    }
}
