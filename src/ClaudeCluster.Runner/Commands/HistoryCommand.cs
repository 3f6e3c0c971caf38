using System.CommandLine;
using System.Text.Json.Nodes;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster history</c>: what a hub file says happened; reads only, also while another process works on it.</summary>
internal static class HistoryCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var id = new Argument<string?>("id") { Description = "An instance id, such as issue-1-12-1. Without it, all instances are listed.", Arity = ArgumentArity.ZeroOrOne, HelpName = "ID" };
        var hub = new Option<string?>("--hub") { Description = "The hub file.", HelpName = "FILE" };
        var repository = new Option<string?>("--repo") { Description = "Instead of --hub: the repository that 'run' worked on. Default: the current folder.", HelpName = "PATH" };
        var command = new Command(
            "history",
            "Prints what happened in an orchestration, event by event, or lists the orchestrations of a hub file.\n\n"
            + "Example: claude-cluster history issue-186853002-12-1 --repo .")
        {
            id,
            hub,
            repository,
        };
        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var file = parsed.GetValue(hub) is { } given
                ? host.FullPath(given)
                : Path.Combine((await LocalRepository.OpenAsync(host.FullPath(parsed.GetValue(repository) ?? "."), host, cancellationToken)).StateFolder(null, host), "hub.db");
            await using var store = SqliteHubStore.OpenReader(file, host.Time);
            await using var reader = new LocalTaskHub(store, host.Time, options: new LocalTaskHubOptions { OwnsStore = false });
            await reader.OpenAsync(cancellationToken);
            var client = new DurableTaskClient(reader);
            return parsed.GetValue(id) is { } instance
                ? await ShowAsync(client, instance, file, output, cancellationToken)
                : await ListAsync(client, output, cancellationToken);
        });
    }

    private static async Task<ExitCode> ShowAsync(DurableTaskClient client, string id, string file, Output output, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken)
            ?? throw new BadInputException("ID", $"There is no instance '{id}' in {file}.", "Call 'claude-cluster history' without an id to list them.");
        var history = await client.GetOrchestrationHistoryAsync(id, cancellationToken);
        output.Answer(new
        {
            instance.InstanceId,
            instance.Name,
            Status = instance.RuntimeStatus,
            instance.CreatedAt,
            instance.LastUpdatedAt,
            Output = Parse(instance.SerializedOutput),
            Failure = instance.FailureDetails,
            History = history,
        });
        output.Heading($"{instance.InstanceId} ({instance.Name}): {instance.RuntimeStatus}");
        foreach (var happened in history)
            output.Line($"{happened.Timestamp:HH:mm:ss.fff}  {HistoryWords.Tell(happened)}");
        return ExitCode.Done;
    }

    private static async Task<ExitCode> ListAsync(DurableTaskClient client, Output output, CancellationToken cancellationToken)
    {
        var instances = new List<object>();
        await foreach (var instance in client.GetAllInstancesAsync(cancellation: cancellationToken))
        {
            instances.Add(new { instance.InstanceId, instance.Name, Status = instance.RuntimeStatus, instance.CreatedAt, instance.LastUpdatedAt });
            output.Line($"{instance.CreatedAt:u}  {instance.RuntimeStatus,-10}  {instance.Name,-20}  {instance.InstanceId}");
        }

        output.Answer(new { Instances = instances });
        if (instances.Count == 0)
            output.Note("No orchestration has been started on this hub.");
        return ExitCode.Done;
    }

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);
}
