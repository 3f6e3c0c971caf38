using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Runner;

/// <summary>One issue worked on in this process, on a hub file that survives it.</summary>
/// <param name="Repository">Where branch and commits appear.</param>
/// <param name="Folder">Hub file, pull request and comment.</param>
/// <param name="AgentRoot">The agents' clones and work trees.</param>
internal sealed record LocalRun(LocalRepository Repository, string Folder, string AgentRoot, CoderChoice Coder, HostEnvironment Host, Output Output)
{
    /// <summary>Null: a hub file in <see cref="Folder"/>.</summary>
    public HubConnection? Elsewhere { get; init; }

    /// <summary>The agents that listen to the hub do the work; none works in this process.</summary>
    public bool AgentsAreElsewhere { get; init; }

    public string HubFile => Path.Combine(Folder, "hub.db");

    private string HubName => Elsewhere?.Address.ToString() ?? HubFile;

    /// <value>Default: one agent with every specialty of the policy.</value>
    public Func<RepositoryPolicy, IReadOnlyList<(AgentId Id, IReadOnlyList<Specialty> Specialties)>> Agents { get; init; } =
        policy => [(new AgentId("this-pc"), [.. policy.Specialties.Select(specialty => specialty.Name)])];

    public async Task<ExitCode> WorkOnAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        if (await Repository.HasUncommittedChangesAsync(cancellationToken))
            Output.Note("The repository has changes that no commit has. They are left alone and take no part.");
        var (flow, reason) = await FollowAsync(received with { Repository = await Repository.DescribeAsync(received.Repository, cancellationToken) }, cancellationToken);
        Output.Answer(new RunAnswer(
            flow?.FlowId, reason, flow?.Phase, flow?.PullRequest?.Head, flow?.PullRequest, flow?.Comment?.Value, flow?.Question, flow?.EndReason, HubName));
        return flow is null ? NothingToDo(reason) : Report(flow);
    }

    /// <returns>The flow at its end, null if the event starts nothing; and why it does or does not.</returns>
    public async Task<(FlowState? Flow, string Reason)> FollowAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        var gitHub = new FirstFailure(Host.Seams.GitHub(new FolderGitHub(Repository, Folder)));
        var agents = Agents(await PolicyOf(gitHub, received.Repository, cancellationToken));
        var fleet = new InProcessFleet(agents.SelectMany(agent => agent.Specialties).ToHashSet());
        var workplace = AgentsAreElsewhere ? null : await WorkplaceAsync(cancellationToken);
        // Nothing is written before all that was given is known to be good.
        Directory.CreateDirectory(Folder);
        if (Elsewhere is not null)
            Output.Note($"Keeps the flow in the hub {HubName}.");
        await using var cluster = await LocalCluster.OpenAsync(HubFor(received.Repository), gitHub, fleet, Host.Time, cancellationToken);
        // Whoever has the hub has its agents' folders too; before that, they might be at work in a process that lives.
        if (workplace is not null)
            await workplace.CleanUpAfterCrashAsync(cancellationToken);
        cluster.Start(workplace is null ? [] : [.. agents.Select(agent => workplace.Agent(agent.Id, agent.Specialties))], gitHub.Failed);

        var (receipt, isNew) = await cluster.ReceiveAsync(received, cancellationToken);
        if (receipt.FlowId is not { } flowId)
            return (null, receipt.Reason);
        Output.Note($"Flow {flowId}{(isNew && receipt.Started ? $": {receipt.Reason}." : await StandsAsync(cluster, flowId, cancellationToken))}");
        FlowState? shown = null;
        var followed = await cluster.FollowAsync(flowId, flow => shown = Tell(shown, flow), cancellationToken);
        if (workplace is not null)
            await workplace.SettleAsync();
        return (followed, receipt.Reason);
    }

    private async Task<LocalWorkplace> WorkplaceAsync(CancellationToken cancellationToken)
    {
        string[] hidden = [AgentRoot, Folder, .. Repository.Folders];
        var coder = await Coder.CreateAsync(AgentRoot, hidden, Host, cancellationToken);
        return new LocalWorkplace(Repository, AgentRoot, coder, Host, Output) { Sandbox = Coder.Sandbox(hidden, Host) };
    }

    private RunHub HubFor(RepositoryRef repository) => Elsewhere is { } elsewhere
        ? new SharedHub(elsewhere, repository, Host)
        : RunHub.Over(Host.Seams.Store(new SqliteHubStore(HubFile)), Host.Time);

    private static async Task<string> StandsAsync(LocalCluster cluster, string flowId, CancellationToken cancellationToken) =>
        await cluster.Client.GetInstanceAsync(flowId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: true }
            ? " has ended before, and nothing was done again; 'run --again' begins anew. This is how it went:"
            : " goes on where it was.";

    private static async Task<RepositoryPolicy> PolicyOf(IGitHub gitHub, RepositoryRef repository, CancellationToken cancellationToken) =>
        await gitHub.ReadAsync(repository, RepositoryPolicy.Path, cancellationToken) is { } file
            ? PolicyReader.Read(file.Text, RepositoryPolicy.Path)
            : RepositoryPolicy.Default;

    private FlowState Tell(FlowState? before, FlowState after)
    {
        foreach (var line in FlowNarrator.Tell(before, after))
            Output.Note(line);
        return after;
    }

    private ExitCode NothingToDo(string reason)
    {
        Output.Note($"Nothing to do: {reason}.");
        return ExitCode.NothingToDo;
    }

    private ExitCode Report(FlowState flow)
    {
        switch (flow.Phase)
        {
            case FlowPhase.Review or FlowPhase.Done:
                Output.Good($"Pull request #{flow.PullRequest!.Number}: {flow.PullRequest.Url}");
                Output.Line($"  branch   {flow.Branch}");
                Output.Line($"  comment  {flow.Comment}");
                Output.Line(Elsewhere is null ? $"  history  claude-cluster history {flow.FlowId} --hub {HubFile}" : $"  history  {flow.FlowId} on {HubName}");
                return ExitCode.Done;
            case FlowPhase.NeedsHuman:
                Output.Bad($"A person is needed: {flow.Question}");
                Output.Line("  When that is settled, call the same command with --again.");
                return ExitCode.NeedsHuman;
            default:
                Output.Bad($"Ended without a pull request: {flow.EndReason}");
                return ExitCode.Failed;
        }
    }
}

/// <summary>The object of <c>run --json</c>.</summary>
/// <param name="FlowId">Null: the event starts nothing.</param>
/// <param name="Reason">Why it does, or does not.</param>
/// <param name="Branch">Of the pull request.</param>
/// <param name="Comment">The comment's file.</param>
internal sealed record RunAnswer(
    string? FlowId, string Reason, FlowPhase? Phase, string? Branch, PullRequest? PullRequest, string? Comment, string? Question, string? EndReason, string Hub);
