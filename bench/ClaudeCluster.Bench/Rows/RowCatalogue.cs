using ClaudeCluster.Bench.Peers;

namespace ClaudeCluster.Bench.Rows;

/// <summary>The table's rows, in its order.</summary>
internal static class RowCatalogue
{
    public const string Seq5 = "seq5";
    public const string One = "one";
    public const string Fan100 = "fan100";
    public const string Waiting = "waiting";
    public const string History = "history";
    public const string Finished = "finished";
    public const string Wire = "wire";
    public const string Agent = "agent";
    public const string Workspace = "workspace";
    public const string GitHub = "github";

    private static readonly Row[] Ours =
        [new SequenceRow(), new OneAtATimeRow(), new FanOutRow(), new WaitingRow(), new HistoryRow(), new FinishedRow(), new WireRow(), new AgentRow(), new WorkspaceRow(), new GitHubRow()];

    public static IReadOnlyList<string> Ids { get; } = [.. Ours.Select(row => row.Id)];

    public static string Explanation =>
        """
        Rows:
          seq5      a sequence of 5 activities, 50 in flight: orchestrations per second
          one       the same, one at a time: latency
          fan100    100 activities at once and a join, 5 in flight: activities per second
          waiting   100,000 orchestrations that wait for an event: memory, file, start after a SIGKILL
          history   one orchestration whose history grows from 10 to 10,000 events: cost per step; replay from nothing
          finished  what 10,000 orchestrations leave in memory when they have ended
          wire      seq5 through the protocol: orchestrations per second, as a share of what bare calls allow
          agent     memory of the agent's own process: while it waits, and for each running attempt
          workspace until a coder can begin on a repository of 20,000 commits and 5,000 files, beside fresh clones; an attempt without coder and tests
          github    requests to GitHub's API from the label to the merged pull request, counted by the GitHub of the tests
        """;

    /// <summary>What is compared is measured close together: our shapes, then those of peers that were asked for, then what only we have.</summary>
    public static IEnumerable<Row> Chosen(BenchOptions options)
    {
        var ours = Ours.Where(row => options.Only.Contains(row.Id)).ToList();
        var compared = ours.Where(row => PeerRow.Shapes.Contains(row.Id)).ToList();
        var peers = options.Peers && compared.Count > 0 ? Peer.All.Select(peer => new PeerRow(peer)) : [];
        return [.. compared, .. peers, .. ours.Except(compared)];
    }
}
