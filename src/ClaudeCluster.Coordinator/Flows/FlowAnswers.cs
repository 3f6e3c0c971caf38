namespace ClaudeCluster.Coordinator;

public sealed record FlowList(IReadOnlyList<FlowEntry> Flows);

public sealed record TaskList(IReadOnlyList<TaskEntry> Tasks);

/// <summary>A flow in a list.</summary>
public sealed record FlowEntry(string Id, string Repository, int Issue, string Title, FlowPhase Phase, Specialty? Specialty, int Attempts, string? WaitsFor, DateTimeOffset? WaitsUntil, string? Question, string? PullRequest)
{
    internal static FlowEntry Of(FlowState flow) => new(
        flow.FlowId,
        flow.Repository.FullName,
        flow.Issue.Number,
        flow.Issue.Title,
        flow.Phase,
        flow.Routing?.Specialty,
        flow.Attempts.Count,
        flow.WaitsFor,
        flow.WaitsUntil,
        flow.Question ?? flow.EndReason,
        flow.PullRequest?.Url);
}

/// <summary>A flow's task in a list: one for each flow in this version.</summary>
public sealed record TaskEntry(string Flow, int Issue, string Title, Specialty Specialty, FlowPhase Phase, int Attempt, AgentId? Agent, string? Outcome)
{
    internal static TaskEntry Of(FlowState flow) => new(
        flow.FlowId,
        flow.Issue.Number,
        flow.Issue.Title,
        flow.Routing!.Specialty!.Value,
        flow.Phase,
        flow.Attempts.Count,
        flow.Attempts is [.., var last] ? last.Result?.Agent : null,
        flow.Attempts is [.., { Result.Outcome: { } outcome }] ? OutcomeText.Describe(outcome) : null);
}
