using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>Attempts for an agent of the specialty <c>bench</c>.</summary>
internal static class AgentTasks
{
    public static AgentTask New(int number, string test) => new()
    {
        AttemptId = FormattableString.Invariant($"issue-1-{number}-1-a1"),
        Repository = new RepositoryRef(1, "bench/bench", "main", IsPublic: false),
        Issue = new IssueSnapshot { Number = number, Title = "A task", Author = "bench" },
        Specialty = new Specialty("bench"),
        BaseBranch = "main",
        AttemptBranch = FormattableString.Invariant($"claude/wip/{number}-1-a1"),
        Tests = [new TestCommand(test)],
        Requester = new Requester("bench", 1, IsBot: false),
    };

    /// <summary>They are always there.</summary>
    internal sealed class Fleet : IFleet
    {
        public Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken) => Task.FromResult(new Availability(IsSomeoneThere: true, Missing: null));

        public Task<Availability> WakeAsync(AgentCall call, Availability found, CancellationToken cancellationToken) => Task.FromResult(found);
    }
}
