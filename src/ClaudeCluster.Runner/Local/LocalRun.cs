using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Runner;

/// <summary>One issue worked on in this process, on a hub file that survives it.</summary>
/// <param name="Repository">Where branch and commits appear.</param>
/// <param name="Folder">Hub file, workspaces, pull request and comment.</param>
internal sealed record LocalRun(LocalRepository Repository, string Folder, CoderChoice Coder, HostEnvironment Host, Output Output)
{
    public string HubFile => Path.Combine(Folder, "hub.db");

    /// <value>Default: one agent with every specialty of the policy.</value>
    public Func<RepositoryPolicy, IReadOnlyList<(AgentId Id, IReadOnlyList<Specialty> Specialties)>> Agents { get; init; } =
        policy => [(new AgentId("this-pc"), [.. policy.Specialties.Select(specialty => specialty.Name)])];

    public async Task<ExitCode> WorkOnAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        if (await Repository.HasUncommittedChangesAsync(cancellationToken))
            Output.Note("The repository has changes that no commit has. They are left alone and take no part.");
        var flow = await FollowAsync(received with { Repository = await Repository.DescribeAsync(received.Repository, cancellationToken) }, cancellationToken);
        return flow is null ? ExitCode.NothingToDo : Report(flow);
    }

    /// <returns>The flow at its end; null if the event starts nothing.</returns>
    public async Task<FlowState?> FollowAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        var gitHub = Host.Seams.GitHub(new FolderGitHub(Repository, Folder));
        var policy = await PolicyOf(gitHub, received.Repository, cancellationToken);
        var agents = Agents(policy);
        var fleet = new InProcessFleet(agents.SelectMany(agent => agent.Specialties).ToHashSet());
        var workplace = new LocalWorkplace(Repository, Folder, await Coder.CreateAsync(Folder, Host, cancellationToken), Host, Output);
        // Nothing is written before all that was given is known to be good.
        Directory.CreateDirectory(Folder);
        await using var cluster = await LocalCluster.OpenAsync(Host.Seams.Store(new SqliteHubStore(HubFile)), gitHub, fleet, Host.Time, cancellationToken);
        // Whoever has the hub is alone in its folder; before that, these might be the workspaces of a process that lives.
        await workplace.CleanUpAfterCrashAsync(cancellationToken);
        cluster.Start([.. agents.Select(agent => workplace.Agent(agent.Id, agent.Specialties))]);

        var (receipt, isNew) = await cluster.ReceiveAsync(received, cancellationToken);
        if (receipt.FlowId is not { } flowId)
        {
            Output.Note($"Nothing to do: {receipt.Reason}");
            Output.Answer(new { receipt.Reason });
            return null;
        }

        Output.Note($"Flow {flowId}{(isNew && receipt.Started ? $": {receipt.Reason}." : await StandsAsync(cluster, flowId, cancellationToken))}");
        FlowState? shown = null;
        return await cluster.FollowAsync(flowId, flow => shown = Tell(shown, flow), cancellationToken);
    }

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

    private ExitCode Report(FlowState flow)
    {
        Output.Answer(new { flow.FlowId, flow.Phase, flow.Branch, flow.PullRequest, Comment = flow.Comment?.Value, flow.Question, flow.EndReason, Hub = HubFile });
        switch (flow.Phase)
        {
            case FlowPhase.Review or FlowPhase.Done:
                Output.Good($"Pull request #{flow.PullRequest!.Number}: {flow.PullRequest.Url}");
                Output.Line($"  branch   {flow.Branch}");
                Output.Line($"  comment  {flow.Comment}");
                Output.Line($"  history  claude-cluster history {flow.FlowId} --hub {HubFile}");
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
