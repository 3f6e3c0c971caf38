using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>One run of an activity, in a service scope of its own. Whatever it throws is its result.</summary>
internal sealed class ActivityExecution(DurableTaskRegistry registry, IServiceProvider services, DurableTaskWorkerOptions options, VersionRules versions, ILogger logger)
{
    /// <summary>True if the activity is of a version that is left to another worker.</summary>
    public bool Refuses(ActivityWorkItem item) => versions.Rejects && versions.RefuseActivity(item.Name, item.Version) is not null;

    /// <summary>The completion, or null if the worker stops and the activity has given up because of that.</summary>
    public async Task<ActivityCompletion?> RunAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        using var span = Tracing.Run(item);
        try
        {
            var completion = await RunInScopeAsync(item, stopping);
            Tracing.Fail(span, completion.Failure);
            return completion;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            logger.ActivityFailed(item.InstanceId, item.Name, item.TaskId, e);
            var failure = TaskFailureDetails.FromException(e, options.ExceptionProperties);
            Tracing.Fail(span, failure);
            return new ActivityCompletion(item, null, failure);
        }
    }

    private async Task<ActivityCompletion> RunInScopeAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        await using var scope = services.GetService<IServiceScopeFactory>()?.CreateAsyncScope();
        if (registry.FindActivity(item.Name, item.Version, scope?.ServiceProvider ?? services) is not { } activity)
            return new ActivityCompletion(item, null, versions.RefuseActivity(item.Name, item.Version) ?? NoCode(item.Name));
        await using var owned = activity as OwnedActivity;
        return new ActivityCompletion(item, await RunAsync(activity, item, stopping), null);
    }

    private static TaskFailureDetails NoCode(TaskName name) =>
        new(FailureTypes.TaskNotFound, $"No activity named '{name}' is registered with this worker.") { IsNonRetriable = true };

    private async Task<string?> RunAsync(ITaskActivity activity, ActivityWorkItem item, CancellationToken stopping)
    {
        var context = new DurableActivityContext(item.Name, item.InstanceId, item.ExecutionId, item.TaskId, stopping)
        {
            TaskVersion = item.Version,
            Tags = item.Tags,
        };
        var output = await activity.RunAsync(context, options.DataConverter.Deserialize(item.Input, activity.InputType));
        return options.DataConverter.Serialize(output, activity.OutputType);
    }
}
