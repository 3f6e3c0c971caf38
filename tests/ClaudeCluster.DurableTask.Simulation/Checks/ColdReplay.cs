using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Simulation.Cast;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Simulation.Checks;

/// <summary>Each step that a worker completes is taken once more, from the stored history: warm or cold, it must ask for the same.</summary>
internal sealed class ColdReplay(ITaskHub inner, World world, Release release) : HubDecorator
{
    public override IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => inner.ReceiveAsync(offer, cancellation);

    public override async Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default)
    {
        await CompareAsync(completion);
        return await inner.CompleteAsync(completion, cancellation);
    }

    protected override Task<T> CallAsync<T>(string what, Func<ITaskHub, Task<T>> call, bool mayComeTwice = true) => call(inner);

    private async Task CompareAsync(StepCompletion completion)
    {
        var item = completion.Item;
        var state = await world.Disk.ReadInstanceAsync(item.InstanceId);
        if (state is null || (state.ExecutionId, state.Revision) != (item.ExecutionId, item.Revision))
            return; // Somebody else has taken this step: the completion will be refused.
        if (release.Versions is { } versions && !versions.Contains(state.Version))
            world.Fail($"{item.InstanceId} of version {state.Version} takes a step with the code of {string.Join(" and ", versions)}");
        var past = await world.Disk.ReadHistoryAsync(item.InstanceId, item.ExecutionId);
        var cold = item.New.Any(happened => happened is ExecutionRewound)
            ? new StepResult([new OrchestratorAction.Rewind(Rewinding.Rewind(past, () => NewReplay(item)))], null)
            : NewReplay(item).Run(past, item.New);
        var (found, expected) = (Text(completion.Actions, completion.CustomStatus), Text(cold.Actions, cold.CustomStatus));
        if (found != expected)
            world.Fail($"warm is not cold: {item.InstanceId} at revision {item.Revision}\n  done    {found}\n  replay  {expected}");
    }

    private OrchestrationReplay NewReplay(StepWorkItem item) =>
        new(item.InstanceId, name => release.Registry.FindOrchestrator(name, null!), JsonDataConverter.Default, NullLoggerFactory.Instance)
        {
            DefaultVersion = release.Rules?.DefaultVersion ?? default,
        };

    private static string Text(IReadOnlyList<OrchestratorAction> actions, string? status) => string.Join(' ', actions.Select(Text)) + $" status {status}";

    private static string Text(OrchestratorAction action) => action is OrchestratorAction.Fail fail
        ? $"Fail {fail.Failure.ErrorType} {fail.Failure.ErrorMessage}"
        : $"{action.GetType().Name} {JsonSerializer.Serialize(action, action.GetType())}";
}
