using System.Reflection;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>The few verbs of a hub that a worker uses while it replays. What else a hub can do, now or later, is refused.</summary>
#pragma warning disable CA1852 // The proxy is a class derived from this one, made at run time.
internal class OnlyForWorkers : DispatchProxy
#pragma warning restore CA1852
{
    private ReplayHub? _hub;

    public static ITaskHub Over(ReplayHub hub)
    {
        var proxy = Create<ITaskHub, OnlyForWorkers>();
        ((OnlyForWorkers)(object)proxy)._hub = hub;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod?.Name, args) switch
    {
        (nameof(ITaskHub.ReceiveAsync), [_, CancellationToken cancellation]) => _hub!.ReceiveAsync(cancellation),
        (nameof(ITaskHub.CompleteAsync), [StepCompletion completion, _]) => _hub!.CompleteAsync(completion),
        (nameof(ITaskHub.AbandonAsync), _) => Task.CompletedTask,
        _ => throw new NotSupportedException($"{targetMethod?.Name} is nothing that a replay needs."),
    };
}
