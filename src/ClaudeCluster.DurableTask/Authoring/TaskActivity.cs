namespace ClaudeCluster.DurableTask;

/// <summary>An activity as the engine sees it. Derive from <see cref="TaskActivity{TInput, TOutput}"/> instead.</summary>
public interface ITaskActivity
{
    Type InputType { get; }

    Type OutputType { get; }

    Task<object?> RunAsync(TaskActivityContext context, object? input);
}

/// <summary>
/// One piece of work with side effects. It runs at least once: after a crash it may run again, so each effect must be keyed.
/// Constructor parameters come from the worker's services; an instance lives for one run.
/// </summary>
public abstract class TaskActivity<TInput, TOutput> : ITaskActivity
{
    Type ITaskActivity.InputType => typeof(TInput);

    Type ITaskActivity.OutputType => typeof(TOutput);

    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);

    async Task<object?> ITaskActivity.RunAsync(TaskActivityContext context, object? input) => await RunAsync(context, (TInput)input!);
}

/// <summary>What an activity knows about its run.</summary>
public abstract class TaskActivityContext
{
    public abstract TaskName Name { get; }

    /// <summary>The orchestration that scheduled this activity.</summary>
    public abstract string InstanceId { get; }

    public virtual string Version => string.Empty;
}
