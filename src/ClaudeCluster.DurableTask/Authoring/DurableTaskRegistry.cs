using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask;

/// <summary>From a task's name to its code. A class is registered under the name given, or that of its <see cref="DurableTaskAttribute"/>, or its own.</summary>
public sealed class DurableTaskRegistry
{
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskOrchestrator>> _orchestrators = [];
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskActivity>> _activities = [];

    /// <summary>The names that a worker with this registry can take.</summary>
    public IReadOnlySet<TaskName> Orchestrators => _orchestrators.Keys.ToHashSet();

    /// <inheritdoc cref="Orchestrators"/>
    public IReadOnlySet<TaskName> Activities => _activities.Keys.ToHashSet();

    /// <exception cref="ArgumentException">The name is registered already.</exception>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator<TOrchestrator>(DurableTaskAttribute.NameOf(typeof(TOrchestrator)));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>(TaskName name)
        where TOrchestrator : class, ITaskOrchestrator =>
        Add(_orchestrators, name, static services => ActivatorUtilities.CreateInstance<TOrchestrator>(services));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<ITaskOrchestrator> factory) => Add(_orchestrators, name, _ => factory());

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(TaskName name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        AddOrchestrator(name, () => new OrchestratorFunc<TInput, TOutput>(orchestrator));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestratorFunc<TOutput>(TaskName name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator) =>
        AddOrchestratorFunc<object?, TOutput>(name, (context, _) => orchestrator(context));

    /// <exception cref="ArgumentException">The name is registered already.</exception>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity => AddActivity<TActivity>(DurableTaskAttribute.NameOf(typeof(TActivity)));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity<TActivity>(TaskName name)
        where TActivity : class, ITaskActivity => Add(_activities, name, static services => ActivatorUtilities.CreateInstance<TActivity>(services));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory) => Add(_activities, name, factory);

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, Task<TOutput>> activity) =>
        AddActivity(name, _ => new ActivityFunc<TInput, TOutput>(activity));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, TOutput> activity) =>
        AddActivityFunc<TInput, TOutput>(name, (context, input) => Task.FromResult(activity(context, input)));

    internal ITaskOrchestrator? FindOrchestrator(TaskName name, IServiceProvider services) =>
        _orchestrators.TryGetValue(name, out var factory) ? factory(services) : null;

    internal ITaskActivity? FindActivity(TaskName name, IServiceProvider services) =>
        _activities.TryGetValue(name, out var factory) ? factory(services) : null;

    private DurableTaskRegistry Add<T>(Dictionary<TaskName, Func<IServiceProvider, T>> tasks, TaskName name, Func<IServiceProvider, T> factory)
    {
        if (!tasks.TryAdd(name, factory))
            throw new ArgumentException($"A task named '{name}' is registered already. Names ignore case.", nameof(name));
        return this;
    }

    private sealed class OrchestratorFunc<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> run) : TaskOrchestrator<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input) => run(context, input);
    }

    private sealed class ActivityFunc<TInput, TOutput>(Func<TaskActivityContext, TInput, Task<TOutput>> run) : TaskActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input) => run(context, input);
    }
}
