using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster replay</c>: whether stored histories still fit the code at hand; reads only, and runs no activity.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var hub = new Option<string?>("--hub") { Description = "A hub file: the histories of all its orchestrations.", HelpName = "FILE" };
        var history = new Option<string[]>("--history")
        {
            Description = "Files with one history each: a JSON array of events, or what 'history ID --json' prints.",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
        };
        var code = new Option<string?>("--code") { Description = "A built assembly with orchestrators of your own. Default: the flow of this tool.", HelpName = "DLL" };
        var command = new Command(
            "replay",
            "Runs stored histories against the code at hand, and reports the first difference of each in words.\n"
            + "Do it before a new version goes to a hub with open orchestrations: one whose code has changed under it would fail.\n\n"
            + "Exit codes: 0 all fit, 1 one does not, 2 bad input, 3 the hub file cannot be read.\n\n"
            + "Example: claude-cluster replay --hub .git/claude-cluster/hub.db --code bin/Release/net10.0/MyFlows.dll")
        {
            hub,
            history,
            code,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(hub) is null == parsed.GetValue(history) is null or [])
                parsed.AddError("Give either --hub or --history.");
        });
        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var check = new ReplayCheck(
                parsed.GetValue(code) is { } file ? CodeAtHand.From(host.FullPath(file)) : CodeAtHand.Own(), CodeAtHand.NoServices);
            var histories = parsed.GetValue(hub) is { } hubFile
                ? ReadHubAsync(host.FullPath(hubFile), cancellationToken)
                : ReadFilesAsync(parsed.GetValue(history)!.Select(host.FullPath), cancellationToken);
            return await ReportAsync(histories.Select(found => check.Run(found.Id, found.Events)), output, cancellationToken);
        });
    }

    private static async Task<ExitCode> ReportAsync(IAsyncEnumerable<ReplayVerdict> verdicts, Output output, CancellationToken cancellationToken)
    {
        List<ReplayVerdict> all = [];
        await foreach (var verdict in verdicts.WithCancellation(cancellationToken))
        {
            all.Add(verdict);
            if (verdict.Outcome == ReplayOutcome.Same)
                output.Good($"{verdict.InstanceId} ({verdict.Orchestrator}): {verdict.Events} events, the same");
            else
                output.Bad($"{verdict.InstanceId} ({(verdict.Orchestrator.Length == 0 ? "?" : verdict.Orchestrator)}): {verdict.Difference}");
        }

        var different = all.Count(verdict => verdict.Outcome != ReplayOutcome.Same);
        output.Answer(new
        {
            Fits = different == 0,
            Histories = all.Select(verdict => new
            {
                verdict.InstanceId,
                verdict.Orchestrator,
                verdict.Events,
                Outcome = JsonNamingPolicy.CamelCase.ConvertName(verdict.Outcome.ToString()),
                verdict.Difference,
            }),
        });
        output.Heading(different == 0 ? $"{all.Count} of {all.Count} histories fit the code at hand." : $"{different} of {all.Count} histories do not fit the code at hand.");
        return different == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async IAsyncEnumerable<(string Id, IReadOnlyList<HistoryEvent> Events)> ReadHubAsync(
        string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var hub = SqliteHubReader.Open(file);
        var query = new OrchestrationQuery();
        do
        {
            var page = await hub.QueryAsync(query, cancellationToken);
            foreach (var instance in page.Values)
            {
                // One that waits for its first step has no history yet, and none that could differ.
                if (await hub.ReadHistoryAsync(instance.InstanceId, instance.ExecutionId, cancellationToken) is { Count: > 0 } events)
                    yield return (instance.InstanceId, events);
            }

            query = query with { ContinuationToken = page.ContinuationToken };
        }
        while (query.ContinuationToken is not null);
    }

    private static async IAsyncEnumerable<(string Id, IReadOnlyList<HistoryEvent> Events)> ReadFilesAsync(
        IEnumerable<string> files, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in files)
            yield return (Path.GetFileNameWithoutExtension(file), Read(file, await ReadTextAsync(file, cancellationToken)));
    }

    private static async Task<string> ReadTextAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException("--history", $"{file} cannot be read: {failure.Message}", "Name a file that you may read.");
        }
    }

    private static IReadOnlyList<HistoryEvent> Read(string file, string text)
    {
        try
        {
            var json = JsonNode.Parse(text);
            return HistoryJson.Read((json is JsonObject answer ? answer["history"] : json)?.ToJsonString() ?? "null");
        }
        catch (JsonException failure)
        {
            throw new BadInputException("--history", $"{file} is no history: {failure.Message}", "Give a JSON array of events, or what 'claude-cluster history ID --json' prints.");
        }
    }
}
