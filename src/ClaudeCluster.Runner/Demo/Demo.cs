namespace ClaudeCluster.Runner;

/// <summary>One demo in its folder: the sample, the issue, and the run of the flow on it.</summary>
internal sealed class Demo
{
    private static readonly IReadOnlyList<(AgentId Id, IReadOnlyList<Specialty> Specialties)> Specialists =
    [
        .. new[] { "backend", "frontend", "testing", "devops" }.Select(word => (new AgentId($"{word}-specialist-001"), (IReadOnlyList<Specialty>)[new Specialty(word)])),
    ];

    private readonly SampleRepository _sample;
    private readonly HostEnvironment _host;
    private readonly Output _output;

    private Demo(SampleRepository sample, HostEnvironment host, Output output)
    {
        _sample = sample;
        _host = host;
        _output = output;
    }

    public static async Task<Demo> OpenAsync(string folder, HostEnvironment host, Output output, CancellationToken cancellationToken)
    {
        var sample = await SampleRepository.OpenAsync(folder, host, cancellationToken);
        output.Line(sample.GoesOn ? $"Going on with the demo in {folder}, where it was left." : $"A sample repository with a failing test, and an issue about it, are in {folder}.");
        return new Demo(sample, host, output);
    }

    public async Task<ExitCode> PlayAsync(bool isScripted, CancellationToken cancellationToken)
    {
        var received = await EventSource.ReadFileAsync(_sample.EventFile, cancellationToken);
        _output.Heading($"Issue #{received.Issue.Number}: {received.Issue.Title}");
        _output.Line(received.Issue.Body.Trim());
        _output.Heading("What happens");
        _output.Note($"Four agents wait in this process: {string.Join(", ", Specialists.Select(agent => agent.Id))}.");
        if (isScripted)
            _output.Note("Their coder is scripted: it plays a file of edits, no model is asked. With --coder claude it is the real CLI.");

        var coder = new CoderChoice(isScripted ? _sample.ScriptFile : null);
        var run = new LocalRun(await LocalRepository.OpenAsync(_sample.Repository, _host, cancellationToken), _sample.StateFolder, _sample.AgentRoot, coder, _host, _output)
        {
            Agents = _ => Specialists,
        };
        var (flow, _) = await run.FollowAsync(received, cancellationToken);
        if (flow?.PullRequest is null)
            return Failed(flow);
        await ShowAsync(run, flow, cancellationToken);
        _sample.MarkFinished();
        return ExitCode.Done;
    }

    private ExitCode Failed(FlowState? flow)
    {
        _sample.MarkFinished();
        _output.Answer(new { flow?.FlowId, flow?.Phase, flow?.Question, flow?.EndReason });
        return flow?.Phase == FlowPhase.NeedsHuman ? ExitCode.NeedsHuman : ExitCode.Failed;
    }

    private async Task ShowAsync(LocalRun run, FlowState flow, CancellationToken cancellationToken)
    {
        var diff = await run.Repository.DiffAsync(flow.Repository.DefaultBranch, flow.Branch, cancellationToken);
        var pullRequest = await File.ReadAllTextAsync(new Uri(flow.PullRequest!.Url).LocalPath, cancellationToken);
        var comment = await File.ReadAllTextAsync(flow.Comment!.Value.Value, cancellationToken);
        _output.Answer(new
        {
            flow.FlowId,
            flow.Phase,
            flow.Branch,
            Attempts = flow.Attempts.Count,
            Diff = diff,
            PullRequest = pullRequest,
            Comment = comment,
            Folder = _sample.Folder,
            Hub = run.HubFile,
        });
        Section("The change", diff);
        Section("The pull request", pullRequest);
        Section("The comment on the issue", comment);
        _output.Heading("Where to look");
        _output.Line($"  repository    git -C {_sample.Repository} log --stat {flow.Branch}");
        _output.Line($"  pull request  {new Uri(flow.PullRequest.Url).LocalPath}");
        _output.Line($"  history       claude-cluster history {flow.FlowId} --hub {run.HubFile}");
        _output.Line();
        _output.Good($"Issue #{flow.Issue.Number} became pull request #{flow.PullRequest.Number}, tested, after {flow.Attempts.Count} attempts.");
    }

    private void Section(string title, string text)
    {
        _output.Heading(title);
        _output.Line(text.TrimEnd());
    }
}
