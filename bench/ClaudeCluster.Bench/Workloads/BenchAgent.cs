using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.Agent;
using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>An agent's workspaces on one repository, as in the product, with a coder that writes one file.</summary>
internal sealed class BenchAgent
{
    private readonly AgentOptions _options;
    private readonly Git _git;
    private readonly Agent.Workspaces _workspaces;

    public BenchAgent(GeneratedRepository repository, string root)
    {
        _options = new AgentOptions
        {
            AgentId = new AgentId("bench"),
            WorkerId = "bench",
            Specialties = [],
            Root = root,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? string.Empty },
            Sandbox = new SandboxOptions(),
        };
        _git = new Git(_options, TimeProvider.System);
        _workspaces = new Agent.Workspaces(_options, _git, _ => repository.Url, TimeProvider.System);
    }

    /// <returns>Milliseconds until a coder could begin.</returns>
    public async Task<double> PrepareAsync(int attempt, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await using var workspace = await _workspaces.OpenAsync(Task(attempt), cancellation);
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <returns>Milliseconds of a whole attempt whose coder writes one file and whose test does nothing, from the task to the pushed commit.</returns>
    public async Task<double> OverheadAsync(int attempt, CancellationToken cancellation)
    {
        var story = new AttemptStory(_options, new OneFile(), _workspaces, _git, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        var result = await story.RunAsync(Task(attempt) with { Tests = [new TestCommand("true")] }, null, cancellation);
        return result.Outcome is AttemptOutcome.Succeeded ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"The attempt ended with {result.Outcome}.");
    }

    private static AgentTask Task(int attempt) => new()
    {
        AttemptId = string.Create(CultureInfo.InvariantCulture, $"issue-1-1-1-a{attempt + 1}"),
        Repository = new RepositoryRef(1, "bench/generated", GeneratedRepository.Branch, IsPublic: false),
        Issue = new IssueSnapshot { Number = 1, Title = "One more file", Author = "bench" },
        Specialty = new Specialty("backend"),
        BaseBranch = GeneratedRepository.Branch,
        AttemptBranch = string.Create(CultureInfo.InvariantCulture, $"claude/wip/1-1-a{attempt + 1}"),
        Requester = new Requester("bench", 1, IsBot: false),
    };

    private sealed class OneFile : ICoder
    {
        public string Name => "writes one file";

        public async Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
        {
            await File.WriteAllTextAsync(Path.Combine(job.Folder, "written.txt"), "new\n", cancellationToken);
            return new CoderReport();
        }
    }
}
