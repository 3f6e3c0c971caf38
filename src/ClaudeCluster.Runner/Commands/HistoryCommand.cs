using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage.Sqlite;

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
            using var hubFile = SqliteHubReader.Open(file);
            return parsed.GetValue(id) is { } instance
                ? await ShowAsync(hubFile, instance, file, output, cancellationToken)
                : await ListAsync(hubFile, output, cancellationToken);
        });
    }

    private static async Task<ExitCode> ShowAsync(SqliteHubReader hub, string id, string file, Output output, CancellationToken cancellationToken)
    {
        var instance = await hub.ReadInstanceAsync(id, cancellationToken)
            ?? throw new BadInputException("ID", $"There is no instance '{id}' in {file}.", "Call 'claude-cluster history' without an id to list them.");
        var history = await hub.ReadHistoryAsync(id, instance.ExecutionId, cancellationToken);
        output.Answer(new
        {
            instance.InstanceId,
            instance.Name,
            instance.Status,
            instance.CreatedAt,
            instance.LastUpdatedAt,
            Output = Parse(instance.Output),
            instance.Failure,
            History = history,
        });
        output.Heading($"{instance.InstanceId} ({instance.Name}): {instance.Status}");
        foreach (var happened in history)
            output.Line($"{happened.Timestamp:HH:mm:ss.fff}  {HistoryWords.Tell(happened)}");
        return ExitCode.Done;
    }

    private static async Task<ExitCode> ListAsync(SqliteHubReader hub, Output output, CancellationToken cancellationToken)
    {
        var instances = new List<object>();
        var query = new OrchestrationQuery();
        do
        {
            var page = await hub.QueryAsync(query, cancellationToken);
            foreach (var instance in page.Values)
            {
                instances.Add(new { instance.InstanceId, instance.Name, instance.Status, instance.CreatedAt, instance.LastUpdatedAt });
                output.Line($"{instance.CreatedAt:u}  {instance.Status,-10}  {instance.Name,-20}  {instance.InstanceId}");
            }

            query = query with { ContinuationToken = page.ContinuationToken };
        }
        while (query.ContinuationToken is not null);

        output.Answer(new { Instances = instances });
        if (instances.Count == 0)
            output.Note("No orchestration has been started on this hub.");
        return ExitCode.Done;
    }

    private static JsonNode? Parse(string? json) => json is null ? null : CamelCase(JsonNode.Parse(json));

    /// <summary>Payloads are stored as their authors named the fields; --json has one way to write a name.</summary>
    private static JsonNode? CamelCase(JsonNode? json) => json switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(JsonNamingPolicy.CamelCase.ConvertName(field.Key), CamelCase(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(CamelCase)]),
        _ => json?.DeepClone(),
    };
}
