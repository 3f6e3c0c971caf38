namespace ClaudeCluster.DurableTask.Simulation.Bugs;

/// <summary>What the simulation is worth: it finds each of these, whose cure is part of the engine.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int MostSeeds = 2_000;

    public static TheoryData<string> Names => [.. PlantedBug.All.Select(bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_found(string name)
    {
        var bug = PlantedBug.All.Single(bug => bug.Name == name);
        var found = Enumerable.Range(0, MostSeeds).Select(seed => Simulation.Run(seed, bug: bug)).FirstOrDefault(outcome => outcome.Failure is not null);

        Assert.True(found is not null, $"Nobody noticed that {name}.");
        output.WriteLine($"{name}: found by seed {found.Seed}, after {found.Seed + 1} seeds: {found.Failure!.Message.Split('\n')[0]}");
    }
}
