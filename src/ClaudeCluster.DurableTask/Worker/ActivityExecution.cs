using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>One run of an activity, in a service scope of its own. Whatever it throws is its result.</summary>
internal sealed class ActivityExecution(DurableTaskRegistry registry, IServiceProvider services, DataConverter converter, ILogger logger)
{
    /// <summary>The completion, or null if the worker stops and the activity has given up because of that.</summary>
    public async Task<ActivityCompletion?> RunAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        try
        {
            return await RunInScopeAsync(item, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            logger.ActivityFailed(item.InstanceId, item.Name, item.TaskId, e);
            return new ActivityCompletion(item, null, TaskFailureDetails.FromException(e));
        }
    }

    private async Task<ActivityCompletion> RunInScopeAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        await using var scope = services.GetService<IServiceScopeFactory>()?.CreateAsyncScope();
        return registry.FindActivity(item.Name, scope?.ServiceProvider ?? services) is { } activity
            ? new ActivityCompletion(item, await RunAsync(activity, item, stopping), null)
            : new ActivityCompletion(item, null, NoCode(item.Name));
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
        var output = await activity.RunAsync(context, converter.Deserialize(item.Input, activity.InputType));
        return converter.Serialize(output, activity.OutputType);
    }
}
