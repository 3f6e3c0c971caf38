namespace ClaudeCluster.DurableTask;

public sealed partial class DurableTaskRegistry
{
    /// <exception cref="ArgumentException">The name is registered already, in the same version.</exception>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity => AddActivity(typeof(TActivity));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity<TActivity>(TaskName name)
        where TActivity : class, ITaskActivity => AddActivity(name, typeof(TActivity));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity(Type activity) => AddActivity(TaskTypes.NameOf(activity), activity);

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity(TaskName name, Type activity)
    {
        TaskTypes.Check<ITaskActivity>(activity);
        return AddActivity(name, TaskTypes.VersionOf(activity), services => OwnedActivity.Wrap((ITaskActivity)Create(services, activity)));
    }

    /// <summary>One object for all runs, also for those at the same time.</summary>
    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity(TaskName name, ITaskActivity activity) => AddActivity(name, _ => activity);

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory) =>
        AddActivity(name, TaskVersion.Unversioned, factory);

    /// <inheritdoc cref="AddOrchestrator(TaskName, TaskVersion, Func{ITaskOrchestrator})"/>
    public DurableTaskRegistry AddActivity(TaskName name, TaskVersion version, Func<IServiceProvider, ITaskActivity> factory)
    {
        _activities.Add(name, version, factory);
        return this;
    }

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, Task<TOutput>> activity) =>
        AddActivity(name, _ => new ActivityFunc<TInput, TOutput>(activity));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, TOutput> activity) =>
        AddActivityFunc<TInput, TOutput>(name, (context, input) => Task.FromResult(activity(context, input)));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TOutput>(TaskName name, Func<TaskActivityContext, Task<TOutput>> activity) =>
        AddActivityFunc<object?, TOutput>(name, (context, _) => activity(context));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TOutput>(TaskName name, Func<TaskActivityContext, TOutput> activity) =>
        AddActivityFunc<object?, TOutput>(name, TOutput (context, _) => activity(context));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TInput>(TaskName name, Func<TaskActivityContext, TInput, Task> activity) =>
        AddActivityFunc<TInput, object?>(name, async Task<object?> (context, input) =>
        {
            await activity(context, input);
            return null;
        });

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc<TInput>(TaskName name, Action<TaskActivityContext, TInput> activity) =>
        AddActivityFunc<TInput>(name, Task (context, input) =>
        {
            activity(context, input);
            return Task.CompletedTask;
        });

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc(TaskName name, Func<TaskActivityContext, Task> activity) =>
        AddActivityFunc<object?>(name, Task (context, _) => activity(context));

    /// <inheritdoc cref="AddActivity{TActivity}()"/>
    public DurableTaskRegistry AddActivityFunc(TaskName name, Action<TaskActivityContext> activity) =>
        AddActivityFunc<object?>(name, (TaskActivityContext context, object? _) => activity(context));

    private sealed class ActivityFunc<TInput, TOutput>(Func<TaskActivityContext, TInput, Task<TOutput>> run) : TaskActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input) => run(context, input);
    }
}
