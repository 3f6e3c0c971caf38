using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Tests.Histories;

/// <summary>
/// Engine histories stay green for ever: a file here is never changed, only added. To record the sample orchestrators that have no file
/// yet, run the tests with CC_RECORD_HISTORIES=1; files that exist are left alone.
/// </summary>
public sealed class RecordedHistoryTests
{
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Default)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Recorded() =>
        [.. new DirectoryInfo(Folder()).GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_history_replays_without_a_difference(string name)
    {
        var history = HistoryJson.Read(File.ReadAllText(Path.Combine(Folder(), $"{name}.json")));

        Assert.Null(NewReplay(name).Replay(history));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_history_is_read_and_written_without_loss(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), $"{name}.json"));

        var written = HistoryJson.Write(HistoryJson.Read(text));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(written)), written);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_history_taken_step_by_step_warm_gives_the_same_actions_as_cold(string name)
    {
        var history = HistoryJson.Read(File.ReadAllText(Path.Combine(Folder(), $"{name}.json")));
        var warm = NewReplay(name);
        var begins = history.Select((happened, index) => (happened, index)).Where(at => at.happened is OrchestratorStarted).Select(at => at.index).ToList();
        foreach (var (begin, end) in begins.Zip(begins.Skip(1).Append(history.Count)))
        {
            var received = history.Skip(begin).Take(end - begin).ToList();
            var cold = NewReplay(name).Run([.. history.Take(begin)], received);
            var step = warm.Step(received);

            Assert.Equal(cold.CustomStatus, step.CustomStatus);
            Assert.Equal(cold.Actions.Select(WithoutStack), step.Actions.Select(WithoutStack));
        }
    }

    [Fact]
    public void A_planted_change_is_found_in_a_recorded_history()
    {
        var text = File.ReadAllText(Path.Combine(Folder(), "Chain.json")).Replace("\"Append\"", "\"Prepend\"", StringComparison.Ordinal);

        var difference = NewReplay("Chain").Replay(HistoryJson.Read(text))!;

        Assert.Equal((1, "activity 'Prepend' (#0)", "activity 'Append' (#0)"), (difference.Step, difference.Expected, difference.Found));
    }

    [Fact]
    public async Task Each_sample_has_its_recorded_history()
    {
        if (Environment.GetEnvironmentVariable("CC_RECORD_HISTORIES") == "1")
            await RecordAsync();

        var registry = new DurableTaskRegistry();
        Samples.AddTo(registry);
        Assert.Equal(registry.Orchestrators.Select(name => name.Name).Order(StringComparer.Ordinal), Recorded().Select(row => row.Data));
    }

    private static async Task RecordAsync()
    {
        await using var cluster = await Cluster.OpenAsync(new MemoryHubStore());
        cluster.StartWorker(Samples.AddTo);
        await RecordAsync(cluster, "Chain", "word");
        await RecordAsync(cluster, "FanOut", 10);
        await RecordAsync(cluster, "RetriedAndCaught");
        await RecordAsync(cluster, "ApprovalOrTimer", events: [("Approval", "yes")]);
        await RecordAsync(cluster, "ParentAndChildren");
        await RecordAsync(cluster, "SecondGeneration", 0, [("Number", 1), ("Number", 2)]);
        await RecordAsync(cluster, "Failing");
        await RecordAsync(cluster, "StillWaiting", ends: false);
        await RecordAsync(cluster, "SuspendedOnce", meanwhile: async client =>
        {
            await client.SuspendInstanceAsync("SuspendedOnce", "lunch");
            await client.RaiseEventAsync("SuspendedOnce", "Go", "went");
            await client.ResumeInstanceAsync("SuspendedOnce", "fed");
        });
        await RecordAsync(cluster, "RewoundOnce", meanwhile: async client =>
        {
            await cluster.EndOfAsync("RewoundOnce");
            Samples.IsRepaired = true;
            await client.RewindInstanceAsync("RewoundOnce", "repaired");
        });
        await RecordAsync(cluster, "MovesOn", version: "1.0");
    }

    private static object WithoutStack(OrchestratorAction action) => action is OrchestratorAction.Fail fail ? fail.Failure.ErrorMessage : action switch
    {
        // Records compare dictionaries by reference; their text is what is stored.
        OrchestratorAction.ScheduleTask task => task with { Tags = null },
        OrchestratorAction.ContinueAsNew next => (next.Input, string.Join(' ', next.CarriedEvents)),
        _ => action,
    };

    private static OrchestrationReplay NewReplay(string name)
    {
        var registry = new DurableTaskRegistry();
        Samples.AddTo(registry);
        return new OrchestrationReplay(name, found => registry.FindOrchestrator(found, NoServices), JsonDataConverter.Default, NullLoggerFactory.Instance);
    }

    private static async Task RecordAsync(
        Cluster cluster,
        string name,
        object? input = null,
        IEnumerable<(string Name, object Payload)>? events = null,
        bool ends = true,
        string version = "",
        Func<DurableTaskClient, Task>? meanwhile = null)
    {
        var file = Path.Combine(Folder(), $"{name}.json");
        if (File.Exists(file))
            return;
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(name) { Version = version });
        foreach (var (happened, payload) in events ?? [])
            await cluster.Client.RaiseEventAsync(name, happened, payload);
        if (meanwhile is not null)
            await meanwhile(cluster.Client);
        if (ends)
            await cluster.EndOfAsync(name);
        else
            await cluster.Store.WaitForAsync<OrchestratorCompleted>(name);
        var history = HistoryJson.Write(await cluster.Client.GetOrchestrationHistoryAsync(name));
        await File.WriteAllTextAsync(file, WithoutPaths(JsonNode.Parse(history)!.ToJsonString(Indented)) + "\n");
    }

    /// <summary>A stack trace names the recording machine's folders; a reader of the file has no use for them.</summary>
    private static string WithoutPaths(string json) => Regex.Replace(json, @" in [^\n]*?:line \d+", string.Empty, RegexOptions.None, Cluster.Patience);

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
