using ClaudeCluster.Orchestrations;

namespace OwnFlow;

/// <summary>The flow of the package, with one step more.</summary>
public sealed class FlowWithLicenceCheck : IssueToPullRequest
{
    protected override async Task<FlowState> BeforePullRequestAsync(TaskOrchestrationContext context, FlowState flow)
    {
        var verdict = await context.CallCheckLicencesAsync(flow.Branch);
        return verdict == "ok" ? flow : flow with { Phase = FlowPhase.NeedsHuman, Question = verdict };
    }
}

[DurableTask]
public sealed class CheckLicences : TaskActivity<string, string>
{
    public override Task<string> RunAsync(TaskActivityContext context, string input)
    {
        Console.WriteLine($"checked the licences of {input}");
        return Task.FromResult("ok");
    }
}

/// <summary>An agent that only claims to have worked; a real one is a program of its own.</summary>
public sealed class PretendToWork(DurableTaskClient client) : TaskActivity<AgentTask, AttemptResult>
{
    public override async Task<AttemptResult> RunAsync(TaskActivityContext context, AgentTask input)
    {
        await client.RaiseAttemptStartedAsync(input.AttemptId, new AttemptStarted(new AgentId("own"), "own-flow", RunUrl: null));
        return new AttemptResult
        {
            Agent = new AgentId("own"),
            Outcome = new AttemptOutcome.Succeeded(),
            Commit = new CommitId(new string('1', 40)),
            Coder = "pretended",
        };
    }
}
