using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>Two agents, a coordinator with the hub, the real CLI: issues become branches, each once, whatever is killed.</summary>
public sealed class ClusterTests(ITestOutputHelper output)
{
    private const int Tasks = 20;
    private const int KillsAtScaleOne = 12;

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    [Fact]
    public async Task Twenty_tasks_are_each_done_once_by_an_agent_of_their_specialty_and_never_more_at_once_than_it_has_room_for()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await RealCluster.StartAsync(RealCluster.Script);
        await cluster.StartAgentAsync("pc-backend", "backend", slots: 2);
        await cluster.StartAgentAsync("pc-frontend", "frontend", slots: 3);
        var clock = Stopwatch.StartNew();

        var ids = new Dictionary<int, string>();
        for (var number = 1; number <= Tasks; number++)
            ids[number] = await cluster.LabelAsync(number, SpecialtyOf(number), cancellation);
        var ends = new Dictionary<int, FlowState>();
        foreach (var (number, id) in ids)
            ends[number] = await cluster.EndOfAsync(id, cancellation).WaitAsync(TimeSpan.FromMinutes(5), cancellation);

        output.WriteLine($"{Tasks} tasks in {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.All(ends, end =>
        {
            AssertBranchIsRight(cluster, end.Key, end.Value);
            Assert.Equal($"pc-{SpecialtyOf(end.Key)}", Assert.Single(end.Value.Attempts).Result!.Agent.Value);
        });
        Assert.Equal(Tasks, cluster.Model.Requests.Select(request => request.Session).Distinct(StringComparer.Ordinal).Count());
        Assert.InRange(await MostAtOnceAsync(cluster, ends.Values, "pc-backend"), 1, 2);
        Assert.InRange(await MostAtOnceAsync(cluster, ends.Values, "pc-frontend"), 1, 3);
        await AssertNothingIsLeftAsync(cluster);
    }

    [Fact]
    public async Task Killed_at_random_moments_agents_coordinator_and_CLI_still_bring_each_task_to_its_one_branch()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await RealCluster.StartAsync(RealCluster.Script);
        await cluster.StartAgentAsync("pc-backend", "backend", slots: 2);
        await cluster.StartAgentAsync("pc-frontend", "frontend", slots: 2);
        var killer = new Killer(cluster, new Random(17));
        var flows = new List<Task<(int Number, FlowState End)>>();

        for (var number = 1; killer.Kills < KillsAtScaleOne * Scale || number <= Tasks; number++)
        {
            flows.Add(RunAsync(cluster, number, cancellation));
            await killer.KillOneAsync();
        }

        var ends = await Task.WhenAll(flows).WaitAsync(TimeSpan.FromMinutes(10), cancellation);
        output.WriteLine($"{flows.Count} tasks, {killer}");
        Assert.All(ends, end => AssertBranchIsRight(cluster, end.Number, end.End));
        await AssertNothingIsLeftAsync(cluster);
    }

    private static string SpecialtyOf(int number) => number % 2 == 0 ? "backend" : "frontend";

    private static async Task<(int Number, FlowState End)> RunAsync(RealCluster cluster, int number, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var id = await cluster.LabelAsync(number, SpecialtyOf(number), cancellation);
                return (number, await cluster.EndOfAsync(id, cancellation));
            }
            catch (DurableTask.Grpc.RpcException)
            {
                // Whether it arrived is not known; the same event again is the same flow.
            }
        }
    }

    private static void AssertBranchIsRight(RealCluster cluster, int number, FlowState end)
    {
        Assert.True(end.Phase is FlowPhase.Review or FlowPhase.Done, $"Issue {number} ended in {end.Phase}: {end.Question ?? end.EndReason}");
        var git = cluster.Playground.Git;
        Assert.Equal($"task-{number}.txt", git.Run("diff", "--name-only", "main", $"claude/issue-{number}").Trim());
        Assert.Equal($"The answer to {number}", git.Run("show", $"claude/issue-{number}:task-{number}.txt").Trim());
        Assert.Equal("1", git.Run("rev-list", "--count", $"main..claude/issue-{number}").Trim());
        Assert.Single(Directory.GetFiles(Path.Combine(cluster.Playground.State, "pulls"), $"claude-issue-{number}.md"));
    }

    /// <summary>From claim to result, as the attempts' histories have it.</summary>
    private static async Task<int> MostAtOnceAsync(RealCluster cluster, IEnumerable<FlowState> flows, string agent)
    {
        List<(DateTimeOffset At, int Change)> changes = [];
        foreach (var flow in flows)
        {
            foreach (var attempt in flow.Attempts.Where(attempt => attempt.Result!.Agent.Value == agent))
            {
                var history = await cluster.HistoryAsync($"{flow.FlowId}-a{attempt.Number}");
                changes.Add((history.OfType<EventRaised>().First().Timestamp, 1));
                changes.Add((history.OfType<TaskCompleted>().Last().Timestamp, -1));
            }
        }

        var (now, most) = (0, 0);
        foreach (var (_, change) in changes.OrderBy(change => change.At).ThenBy(change => change.Change))
            most = Math.Max(most, now += change);
        return most;
    }

    private static async Task AssertNothingIsLeftAsync(RealCluster cluster)
    {
        await cluster.StopAgentsAsync();
        Assert.DoesNotContain(cluster.Playground.Git.Branches(), branch => branch.StartsWith("claude/wip/", StringComparison.Ordinal));
        Assert.Empty(Killer.ProcessesOf(cluster, "claude"));
        foreach (var workspace in Directory.GetDirectories(cluster.Playground.Folder, "workspaces-*"))
        {
            Assert.Empty(Directory.EnumerateDirectories(Path.Combine(workspace, "attempts")).Where(folder => Directory.Exists(Path.Combine(folder, "work"))));
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(workspace, "attempts"), "*.lock"));
            // The one work tree that may stay is the spare, which waits for the next attempt.
            var worktrees = Directory.GetFiles(Path.Combine(workspace, "mirrors"), "gitdir", SearchOption.AllDirectories);
            Assert.DoesNotContain(worktrees, pointer => !File.ReadAllText(pointer).Contains(".spare/", StringComparison.Ordinal));
        }
    }
}
