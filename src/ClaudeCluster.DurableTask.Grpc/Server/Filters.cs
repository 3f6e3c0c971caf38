using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>
/// What a worker takes. The hub hands out by name; a version that the worker did not list is refused in its place. A credential for
/// certain activities replaces what the worker asked for.
/// </summary>
internal sealed class Filters
{
    private readonly Dictionary<(bool IsStep, TaskName Name), IReadOnlyCollection<string>> _versions = [];

    /// <summary>Null: any.</summary>
    public IReadOnlySet<TaskName>? Orchestrations { get; private init; }

    /// <inheritdoc cref="Orchestrations"/>
    public IReadOnlySet<TaskName>? Activities { get; private init; }

    public static Filters Of(Proto.WorkItemFilters? asked, HubGrant grant)
    {
        if (grant.OnlyActivities is { } only)
        {
            return new Filters
            {
                Orchestrations = new HashSet<TaskName>(),
                Activities = only.Select(name => new TaskName(name)).ToHashSet(),
            };
        }

        if (asked is null or { Orchestrations.Count: 0, Activities.Count: 0, Entities.Count: 0 })
            return new Filters();
        var filters = new Filters
        {
            Orchestrations = asked.Orchestrations.Select(filter => new TaskName(filter.Name)).ToHashSet(),
            Activities = asked.Activities.Select(filter => new TaskName(filter.Name)).ToHashSet(),
        };
        foreach (var filter in asked.Orchestrations.Where(filter => filter.Versions.Count > 0))
            filters._versions[(true, filter.Name)] = filter.Versions;
        foreach (var filter in asked.Activities.Where(filter => filter.Versions.Count > 0))
            filters._versions[(false, filter.Name)] = filter.Versions;
        return filters;
    }

    /// <summary>True if the item is of a version that the worker did not list.</summary>
    public bool Refuse(WorkItem item)
    {
        if (_versions.Count == 0)
            return false;
        return item switch
        {
            ActivityWorkItem activity => IsUnlisted(false, activity.Name, activity.Version),
            StepWorkItem step when step.New.OfType<ExecutionStarted>().FirstOrDefault() is { } started => IsUnlisted(true, started.Name, started.Version),
            _ => false,
        };
    }

    private bool IsUnlisted(bool isStep, TaskName name, TaskVersion version) =>
        _versions.TryGetValue((isStep, name), out var versions) && !versions.Contains(version.Version, StringComparer.OrdinalIgnoreCase);
}
