namespace ClaudeCluster.DurableTask;

/// <summary>The registrations of one kind of task, by name and version.</summary>
internal sealed class VersionedTasks<T>
{
    private readonly Dictionary<TaskName, Dictionary<TaskVersion, Func<IServiceProvider, T>>> _tasks = [];

    public IReadOnlySet<TaskName> Names => _tasks.Keys.ToHashSet();

    /// <exception cref="ArgumentException">The name is registered already, in the same version, or is none.</exception>
    public void Add(TaskName name, TaskVersion version, Func<IServiceProvider, T> factory)
    {
        ArgumentException.ThrowIfNullOrEmpty(name.Name, nameof(name));
        if (!_tasks.TryGetValue(name, out var versions))
            _tasks.Add(name, versions = []);
        if (!versions.TryAdd(version, factory))
            throw new ArgumentException($"A task named '{name}'{(version == default ? "" : $" of version '{version}'")} is registered already. Names ignore case.", nameof(name));
    }

    /// <summary>The exact version; or the one without a version, if its name has no other registration.</summary>
    public Func<IServiceProvider, T>? Find(TaskName name, TaskVersion version)
    {
        if (!_tasks.TryGetValue(name, out var versions))
            return null;
        if (versions.TryGetValue(version, out var exact))
            return exact;
        return versions.Count == 1 ? versions.GetValueOrDefault(TaskVersion.Unversioned) : null;
    }

    /// <summary>True if the name is known, but not in this version.</summary>
    public bool LacksVersion(TaskName name, TaskVersion version) => _tasks.ContainsKey(name) && Find(name, version) is null;
}
