namespace ClaudeCluster.DurableTask;

public sealed partial class DurableTaskRegistry
{
    /// <exception cref="ArgumentException">The name is registered already, in the same version.</exception>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(typeof(TOrchestrator));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>(TaskName name)
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(name, typeof(TOrchestrator));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator(Type orchestrator) => AddOrchestrator(TaskTypes.NameOf(orchestrator), orchestrator);

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Type orchestrator)
    {
        TaskTypes.Check<ITaskOrchestrator>(orchestrator);
        return Add(name, TaskTypes.VersionOf(orchestrator), services => OwnedOrchestrator.Wrap((ITaskOrchestrator)Create(services, orchestrator)));
    }

    /// <summary>One object for all executions: it must keep nothing between its calls.</summary>
    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator(TaskName name, ITaskOrchestrator orchestrator) => AddOrchestrator(name, () => orchestrator);

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<ITaskOrchestrator> factory) =>
        AddOrchestrator(name, TaskVersion.Unversioned, factory);

    /// <summary>
    /// Several versions of one name may stand side by side. Asked for a version, the exact one answers; one without a version answers for
    /// every version, but only as long as its name has no other registration.
    /// </summary>
    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestrator(TaskName name, TaskVersion version, Func<ITaskOrchestrator> factory) => Add(name, version, _ => factory());

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(TaskName name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        AddOrchestratorFunc(name, TaskVersion.Unversioned, orchestrator);

    /// <inheritdoc cref="AddOrchestrator(TaskName, TaskVersion, Func{ITaskOrchestrator})"/>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(
        TaskName name, TaskVersion version, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        AddOrchestrator(name, version, () => new OrchestratorFunc<TInput, TOutput>(orchestrator));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestratorFunc<TOutput>(TaskName name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator) =>
        AddOrchestratorFunc<object?, TOutput>(name, (context, _) => orchestrator(context));

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestratorFunc<TInput>(TaskName name, Func<TaskOrchestrationContext, TInput, Task> orchestrator) =>
        AddOrchestratorFunc<TInput, object?>(name, async (context, input) =>
        {
            await orchestrator(context, input);
            return null;
        });

    /// <inheritdoc cref="AddOrchestrator{TOrchestrator}()"/>
    public DurableTaskRegistry AddOrchestratorFunc(TaskName name, Func<TaskOrchestrationContext, Task> orchestrator) =>
        AddOrchestratorFunc<object?>(name, (context, _) => orchestrator(context));

    private DurableTaskRegistry Add(TaskName name, TaskVersion version, Func<IServiceProvider, ITaskOrchestrator> factory)
    {
        _orchestrators.Add(name, version, factory);
        return this;
    }

    private sealed class OrchestratorFunc<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> run) : TaskOrchestrator<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input) => run(context, input);
    }
}
