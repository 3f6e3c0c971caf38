namespace ClaudeCluster.DurableTask.Simulation;

/// <summary>A red seed for people: what happened, what was wrong, and how to see it again.</summary>
internal static class Report
{
    private const string Again = "dotnet run --project tests/ClaudeCluster.DurableTask.Simulation -- --seed";

    public static string Of(int seed)
    {
        var outcome = Simulation.Run(seed, traces: true);
        var what = outcome.Failure is Machine.SimulationException simulated ? simulated.Message : $"{outcome.Failure}";
        return $"{outcome.Trace}Seed {seed} after {outcome.Steps} steps: {what}\nOnce more:  {Again} {seed}";
    }
}
