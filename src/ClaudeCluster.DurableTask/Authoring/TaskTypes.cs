using System.Reflection;

namespace ClaudeCluster.DurableTask;

/// <summary>What a task's class says about its registration.</summary>
internal static class TaskTypes
{
    public static TaskName NameOf(Type task) => DurableTaskAttribute.NameOf(task);

    public static TaskVersion VersionOf(Type task) => Mark(task)?.Version is { } version ? version : TaskVersion.Unversioned;

    /// <exception cref="ArgumentException">The class cannot be made, or is no such task.</exception>
    public static void Check<T>(Type task)
    {
        if (!task.IsAssignableTo(typeof(T)) || task.IsAbstract)
            throw new ArgumentException($"'{task}' cannot be registered: it must be a class that is not abstract and implements {typeof(T).Name}.", nameof(task));
    }

    private static DurableTaskAttribute? Mark(Type task) => task.GetCustomAttribute<DurableTaskAttribute>(inherit: false);
}
