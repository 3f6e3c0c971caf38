using ClaudeCluster.DurableTask.History;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask;

/// <summary>
/// From a task's name and version to its code. A class is registered under the name given, or that of its
/// <see cref="DurableTaskAttribute"/>, or its own; its version is the attribute's. What the registry makes
/// itself, from a class, it also disposes; what a factory gives belongs to the factory.
/// </summary>
public sealed partial class DurableTaskRegistry
{
    private readonly VersionedTasks<ITaskOrchestrator> _orchestrators = new();
    private readonly VersionedTasks<ITaskActivity> _activities = new();

    /// <summary>The names that a worker with this registry can take.</summary>
    public IReadOnlySet<TaskName> Orchestrators => _orchestrators.Names;

    /// <inheritdoc cref="Orchestrators"/>
    public IReadOnlySet<TaskName> Activities => _activities.Names;

    internal ITaskOrchestrator? FindOrchestrator(ExecutionStarted started, IServiceProvider services) =>
        _orchestrators.Find(started.Name, started.Version)?.Invoke(services);

    internal ITaskActivity? FindActivity(TaskName name, TaskVersion version, IServiceProvider services) =>
        _activities.Find(name, version)?.Invoke(services);

    /// <summary>True if the name is known, but not in this version.</summary>
    internal bool LacksOrchestratorVersion(TaskName name, TaskVersion version) => _orchestrators.LacksVersion(name, version);

    /// <inheritdoc cref="LacksOrchestratorVersion"/>
    internal bool LacksActivityVersion(TaskName name, TaskVersion version) => _activities.LacksVersion(name, version);

    private static object Create(IServiceProvider services, Type type) => ActivatorUtilities.CreateInstance(services, type);
}
