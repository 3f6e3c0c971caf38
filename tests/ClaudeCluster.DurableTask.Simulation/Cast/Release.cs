using ClaudeCluster.DurableTask.Simulation.Programs;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>The code that a worker has: of all versions, or of some, by its registry or by its rules.</summary>
/// <param name="Versions">Versions of orchestrations that it takes; null if all.</param>
internal sealed record Release(DurableTaskRegistry Registry, VersioningOptions? Rules, IReadOnlySet<string>? Versions)
{
    private static readonly HashSet<string> Both = ["1", "2"];

    public static Release WithoutVersion(ProgramTasks tasks, bool orchestrators = true, bool activities = true)
    {
        var registry = new DurableTaskRegistry();
        if (orchestrators)
            ProgramTasks.AddOrchestrators(registry);
        if (activities)
            tasks.AddActivities(registry);
        return new Release(registry, null, null);
    }

    /// <summary>Takes at least its own version.</summary>
    public static Release OfVersion(string version, ProgramTasks tasks, Random chance)
    {
        var takesOlder = version == "2" && chance.Next(2) == 0;
        var versions = takesOlder ? Both : [version];
        var rules = new VersioningOptions { Version = version, DefaultVersion = version };
        if (chance.Next(2) == 0)
        {
            rules = rules with { MatchStrategy = takesOlder || version == "1" ? VersionMatchStrategy.CurrentOrOlder : VersionMatchStrategy.Strict };
            return WithoutVersion(tasks) with { Rules = rules, Versions = versions };
        }

        var registry = new DurableTaskRegistry();
        foreach (var each in versions)
        {
            ProgramTasks.AddOrchestrators(registry, each);
            tasks.AddActivities(registry, each);
        }

        return new Release(registry, rules, versions);
    }
}
