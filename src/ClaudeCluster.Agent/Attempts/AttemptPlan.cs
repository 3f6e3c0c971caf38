namespace ClaudeCluster.Agent;

/// <summary>What an agent would do for a task, for people: <c>dry-run</c> prints it.</summary>
/// <param name="Prompt">All that the coder is told.</param>
/// <param name="Command">The coder's command line.</param>
/// <param name="Branch">Where the work is pushed.</param>
/// <param name="CommitMessage">Of the one commit.</param>
/// <param name="Tests">As far as known before the work: a coder may add the first test.</param>
public sealed record AttemptPlan(string Prompt, string Command, string Branch, string CommitMessage, IReadOnlyList<PlannedTest> Tests)
{
    /// <param name="task">What to do.</param>
    /// <param name="command">The coder's command line, as its own code describes it.</param>
    /// <param name="checkout">A checkout of the repository to look for tests in; null: only the policy's are known.</param>
    public static AttemptPlan Of(AgentTask task, string command, string? checkout) => new(
        PromptBuilder.Build(task),
        command,
        task.AttemptBranch,
        Agent.CommitMessage.Write(task),
        checkout is null ? [.. task.Tests.Select(test => new PlannedTest(test.Command, "policy"))] : TestCommands.For(task.Tests, checkout));
}
