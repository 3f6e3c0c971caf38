using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>Whose flows are meant. Numeric ids survive renames.</summary>
/// <param name="IssueNumber">0: only the pull request is known.</param>
/// <param name="EventAt">GitHub's time of the event: an event older than a flow's end is a late duplicate.</param>
public sealed record FlowAddress(long RepositoryId, int IssueNumber, DateTimeOffset EventAt)
{
    /// <summary>Null: the issue says which flow it is.</summary>
    public int? PullRequest { get; init; }

    /// <summary>To the second: the event was found by looking, so it may be as old as the flow that it started.</summary>
    public bool IsExact { get; init; }

    /// <summary>Only the flow of this generation is meant; null: whichever is open.</summary>
    public int? Generation { get; init; }

    /// <returns>Null: the event is about no single flow.</returns>
    public static FlowAddress? Of(RepositoryEvent received) => received switch
    {
        RepositoryEvent.IssueChanged { Issue: var changed } => new(changed.Repository.Id, changed.Issue.Number, changed.Issue.UpdatedAt),
        RepositoryEvent.Commented { Issue.IsPullRequest: true } said => new(received.Repository.Id, IssueNumber: 0, said.Comment.CreatedAt) { PullRequest = said.Issue.Number },
        RepositoryEvent.Commented said => new(received.Repository.Id, said.Issue.Number, said.Comment.CreatedAt),
        RepositoryEvent.PullRequestChanged changed => OfBranch(received, changed.PullRequest.Head, changed.PullRequest.UpdatedAt),
        RepositoryEvent.Reviewed review => OfBranch(received, review.PullRequest.Head, review.PullRequest.UpdatedAt),
        RepositoryEvent.ReviewCommented said => OfBranch(received, said.PullRequest.Head, said.Comment.CreatedAt),
        RepositoryEvent.RunChanged { Run.Branch: { } branch } => OfBranch(received, branch, DateTimeOffset.MinValue),
        _ => null,
    };

    /// <summary>Before the generation in each flow id of the issue.</summary>
    public string Prefix => string.Create(CultureInfo.InvariantCulture, $"issue-{RepositoryId}-{IssueNumber}-");

    public string FlowId(int generation) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{generation}");

    private static FlowAddress? OfBranch(RepositoryEvent received, string branch, DateTimeOffset at) =>
        BranchName.Parse(branch) is { Attempt: null } name ? new(received.Repository.Id, name.Issue, at) { Generation = name.Generation } : null;
}

/// <summary>What flows an issue has.</summary>
/// <param name="OpenFlowId">The one that runs; null: none does.</param>
/// <param name="NextGeneration">Of the flow that would be started now.</param>
/// <param name="IsLate">The event is older than the end of the last flow.</param>
public sealed record FlowSearch(string? OpenFlowId, int NextGeneration, string NextFlowId, bool IsLate)
{
    /// <summary>An open flow keeps the policy that it began with; null: none is open.</summary>
    public PolicySnapshot? Policy { get; init; }

    /// <summary>The open flow has a pull request.</summary>
    public bool HasPullRequest { get; init; }

    /// <summary>What the issue's last flow says of itself; null: there was none, or one is open.</summary>
    public string? LastWords { get; init; }

    /// <summary>The event is older than the one that started the open flow. GitHub's times are whole seconds: one of the same second is not.</summary>
    public bool IsBeforeOpenFlow { get; init; }

    /// <summary>The open flow has said its last word and only tidies up, and the event came after it had been asked for: it is about a next one.</summary>
    public bool IsAfterLastWord { get; init; }
}

/// <summary>Looks for the issue's flows in the hub. The answer is kept by history: the generation is decided once.</summary>
[DurableTask]
public sealed class FindFlow(DurableTaskClient client) : TaskActivity<FlowAddress, FlowSearch>
{
    /// <summary>GitHub's times are whole seconds, its clock is not ours, and an event is on its way for a while: whoever asks anew about the time of the end is not late.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMinutes(1);

    public override async Task<FlowSearch> RunAsync(TaskActivityContext context, FlowAddress input)
    {
        if (input.PullRequest is { } number)
            return await FindByPullRequestAsync(input, number);
        string? lastWords = null;
        for (var generation = 1; ; generation++)
        {
            var id = input.FlowId(generation);
            if (await client.GetInstanceAsync(id, getInputsAndOutputs: true) is not { } flow)
                return new FlowSearch(OpenFlowId: null, generation, id, IsLate: await EndedAfter(input, generation - 1)) { LastWords = lastWords };
            if (!flow.IsCompleted && (input.Generation ?? generation) == generation)
                return Open(input, id, generation, flow.ReadFlow());
            lastWords = flow.ReadFlow() is { } last ? CommandAnswers.Status(last) : null;
        }
    }

    private async Task<FlowSearch> FindByPullRequestAsync(FlowAddress address, int number)
    {
        await foreach (var flow in client.ReadOpenFlowsAsync(address.RepositoryId))
        {
            if (flow.PullRequest?.Number == number)
                return Open(address, flow.FlowId, flow.Generation, flow);
        }

        return new FlowSearch(OpenFlowId: null, NextGeneration: 0, NextFlowId: string.Empty, IsLate: false);
    }

    private async Task<bool> EndedAfter(FlowAddress address, int generation) =>
        generation > 0
        && await client.GetInstanceAsync(address.FlowId(generation)) is { } last
        && last.LastUpdatedAt >= address.EventAt + (address.IsExact ? TimeSpan.Zero : AtOnce);

    private static FlowSearch Open(FlowAddress address, string id, int generation, FlowState? flow) => new(id, generation, id, IsLate: false)
    {
        Policy = flow is null ? null : new PolicySnapshot(flow.Policy, flow.PolicyCommit),
        HasPullRequest = flow?.PullRequest is not null,
        IsBeforeOpenFlow = flow?.AskedAt is { } asked && address.EventAt < asked,
        IsAfterLastWord = flow is { IsOver: true, AskedAt: var begun } && !(address.EventAt <= begun),
    };
}

/// <summary>Starts a flow. Twice is once: the id is the flow's own, and a start that lost the race is an event the flow has seen.</summary>
[DurableTask]
public sealed class StartFlow(DurableTaskClient client) : TaskActivity<FlowState, string>
{
    public override async Task<string> RunAsync(TaskActivityContext context, FlowState input)
    {
        // Our client refuses a taken id by itself; Microsoft's replaces an instance that has ended, unless it is told not to.
        var once = new StartOrchestrationOptions(input.FlowId) { DedupeStatuses = Enum.GetNames<OrchestrationRuntimeStatus>() };
        try
        {
            return await client.ScheduleNewIssueToPullRequestInstanceAsync(input, once);
        }
        catch (Exception)
        {
            // Each SDK refuses a taken id with an exception of its own; that the flow is there says the same in all of them.
            if (await client.GetInstanceAsync(input.FlowId) is null)
                throw;
            return input.FlowId;
        }
    }
}

public sealed record NewsForFlow(string FlowId, FlowNews News);

/// <summary>Hands news to a running flow. Twice is once: the flow knows them by their key.</summary>
[DurableTask]
public sealed class RaiseOnFlow(DurableTaskClient client) : TaskActivity<NewsForFlow, string>
{
    public override async Task<string> RunAsync(TaskActivityContext context, NewsForFlow input)
    {
        await client.RaiseFlowNewsAsync(input.FlowId, new NewsDelivery(input.News));
        return input.FlowId;
    }
}
