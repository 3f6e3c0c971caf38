namespace ClaudeCluster.DurableTask;

/// <summary>
/// Marks an orchestrator or activity. The package's generator writes typed calls for it (<c>Call…Async</c>,
/// <c>ScheduleNew…InstanceAsync</c>) and registers it in <c>AddAllGeneratedTasks</c>.
/// </summary>
/// <remarks>
/// A static <c>CallOptions</c> of type <see cref="TaskOptions"/> in the class is what the generated call uses when the caller gives none.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    /// <summary>The task's name, in calls and in history.</summary>
    /// <value>Default: the name of the class.</value>
    public string? Name { get; } = name;

    /// <summary>The version under which the class is registered, and which the generated calls ask for.</summary>
    /// <value>Default: none.</value>
    public string? Version { get; set; }

    /// <summary>The name under which a class is registered and called.</summary>
    public static string NameOf(Type task) =>
        task.GetCustomAttributes(typeof(DurableTaskAttribute), inherit: false) is [DurableTaskAttribute { Name: { } name }, ..] && !string.IsNullOrWhiteSpace(name)
            ? name
            : task.Name;
}

/// <summary>
/// Marks the payload of an event. The package's generator writes <c>WaitFor…Async</c>, <c>Send…</c> and <c>Raise…Async</c> for it.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Enum, Inherited = false)]
public sealed class DurableEventAttribute(string? name = null) : Attribute
{
    /// <summary>The event's name.</summary>
    /// <value>Default: the name of the type.</value>
    public string? Name { get; } = name;
}
