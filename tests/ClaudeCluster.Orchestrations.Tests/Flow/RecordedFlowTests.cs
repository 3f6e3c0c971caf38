using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>
/// Histories of the flow as releases have left them in hubs. Until the first release they may be recorded anew, with the reason in the
/// commit: <c>claude-cluster demo</c>, then <c>claude-cluster history ID --json</c>.
/// </summary>
public sealed class RecordedFlowTests
{
    public static TheoryData<string> Recorded() => [.. new DirectoryInfo(Folder()).GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_flow_replays_without_a_difference(string name)
    {
        var check = new ReplayCheck(new DurableTaskRegistry().AddIssueToPullRequest(), new ServiceCollection().BuildServiceProvider());

        var verdict = check.Run(name, HistoryJson.Read(File.ReadAllText(Path.Combine(Folder(), $"{name}.json"))));

        Assert.Equal((ReplayOutcome.Same, null), (verdict.Outcome, verdict.Difference));
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "Histories");
}
