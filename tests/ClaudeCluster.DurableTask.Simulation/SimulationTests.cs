namespace ClaudeCluster.DurableTask.Simulation;

public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Whatever_goes_wrong_nothing_is_lost_doubled_overtaken_or_stuck()
    {
        var (steps, faults, virtually) = (0L, 0, TimeSpan.Zero);
        for (var seed = 0; seed < 2_000 * Scale.Factor; seed++)
        {
            var outcome = Simulation.Run(seed);
            Assert.True(outcome.Failure is null, outcome.Failure is null ? null : Report.Of(seed));
            (steps, faults, virtually) = (steps + outcome.Steps, faults + outcome.Faults.Sum(), virtually + outcome.Elapsed);
        }

        output.WriteLine($"{2_000 * Scale.Factor} seeds: {steps} steps, {virtually.TotalHours:0} virtual hours, {faults} faults.");
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_byte_for_byte()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var (first, second) = (Simulation.Run(seed, traces: true), Simulation.Run(seed, traces: true));
            Assert.Equal(first.Trace, second.Trace);
            Assert.Equal(first.Steps, second.Steps);
            Assert.Equal(first.Steps, Simulation.Run(seed).Steps);
        }
    }
}
