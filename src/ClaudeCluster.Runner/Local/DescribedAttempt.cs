using System.Globalization;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Runner;

/// <summary>
/// The agent of a dry run. It plans with the code of the real one and tells the plan; then it claims that all went well, so
/// that the flow shows its pull request.
/// </summary>
internal sealed class DescribedAttempt(DryRunRequest request, HostEnvironment host, DescribedEffects effects)
{
    /// <summary>Stands for the folders that a real attempt gets.</summary>
    private const string Root = "/AGENT";

    private static readonly CommitId NoCommit = new(new string('0', 40));

    public AttemptPlan? Plan { get; private set; }

    /// <summary>Names only.</summary>
    public IReadOnlyList<string> Environment { get; private set; } = [];

    public void Register(DurableTaskRegistry registry, IReadOnlyList<Specialty> specialties)
    {
        foreach (var specialty in specialties)
            registry.AddActivity(AgentAddress.Any(specialty), services => new Activity(this, services.GetRequiredService<DurableTaskClient>()));
    }

    private async Task<AttemptResult> DescribeAsync(AgentTask task, DurableTaskClient client)
    {
        var agent = new AgentId("this-pc");
        await client.RaiseAttemptStartedAsync(task.AttemptId, new AttemptStarted(agent, agent.Value, RunUrl: null));
        var (coder, command) = DescribeCoder(task);
        Plan = await PlanAsync(task, command);

        effects.Describe("workspace", $"Fetch {task.Repository.FullName} into a mirror; check out {task.BaseBranch} in a fresh work tree on {task.AttemptBranch}.");
        effects.Describe("coder", $"Let {coder} edit that work tree, within {DurationText.Write(task.Limits.WallTime)}, {task.Limits.Turns} turns and ${task.Limits.Usd.ToString(CultureInfo.InvariantCulture)}.");
        effects.Describe("commit", $"Commit what it changed as '{Plan.CommitMessage.Split('\n')[0]}'.");
        effects.Describe("tests", Plan.Tests.Count == 0
            ? "Look for the project's tests in the result and run them on a clean checkout."
            : $"Run on a clean checkout: {string.Join("; ", Plan.Tests.Select(test => $"{test.Command} ({test.Source})"))}. Assumed here: they pass.");
        effects.Describe("rules", $"Hold the change against the rules: at most {task.DiffRules.MaxFiles} files and {task.DiffRules.MaxLines} lines, nothing below {string.Join(", ", task.DiffRules.ProtectedPaths)}.");
        effects.Describe("push", $"Push {task.AttemptBranch}, whatever the outcome.");
        return new AttemptResult
        {
            Agent = agent,
            Outcome = new AttemptOutcome.Succeeded(),
            Commit = NoCommit,
            Coder = coder,
            Verified = [.. Plan.Tests.Select(test => new Verification(test.Command, ExitCode: 0, TimeSpan.Zero, Tail: string.Empty, test.Source))],
        };
    }

    private async Task<AttemptPlan> PlanAsync(AgentTask task, string command)
    {
        if (request.Repository is not { } repository)
            return AttemptPlan.Of(task, command, checkout: null);
        var sketch = Directory.CreateTempSubdirectory("claude-cluster-");
        try
        {
            await repository.SketchAsync(task.BaseBranch, sketch.FullName, CancellationToken.None);
            return AttemptPlan.Of(task, command, sketch.FullName);
        }
        finally
        {
            sketch.Delete(recursive: true);
        }
    }

    private (string Coder, string Command) DescribeCoder(AgentTask task)
    {
        if (request.Coder.ScriptFile is { } script)
            return (ScriptedCoder.DisplayName, $"(no command: the edits of {script} are played)");
        var line = ClaudeCommandLine.Build(
            new CoderJob
            {
                AttemptId = task.AttemptId,
                Folder = $"{Root}/attempts/{task.AttemptId}/work",
                Scratch = $"{Root}/attempts/{task.AttemptId}/scratch",
                Prompt = PromptBuilder.Build(task),
                Limits = task.Limits,
            },
            ClaudeSetup.Options(host, [Root], isSandboxed: true));
        Environment = [.. line.Environment.Keys];
        return ("Claude Code", line.Describe());
    }

    private sealed class Activity(DescribedAttempt attempt, DurableTaskClient client) : TaskActivity<AgentTask, AttemptResult>
    {
        public override Task<AttemptResult> RunAsync(TaskActivityContext context, AgentTask input) => attempt.DescribeAsync(input, client);
    }
}
