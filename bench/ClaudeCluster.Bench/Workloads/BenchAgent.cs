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

    /// <summary>A whole attempt whose coder writes one file and whose test does nothing, from the task to the pushed commit.</summary>
    public async Task<AttemptTimes> RunAsync(int attempt, CancellationToken cancellation)
    {
        var coder = new OneFile();
        var story = new AttemptStory(_options, coder, _workspaces, _git, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        coder.Watch = watch;
        var result = await story.RunAsync(Task(attempt) with { Tests = [new TestCommand("true")] }, null, cancellation);
        if (result.Outcome is not AttemptOutcome.Succeeded)
            throw new InvalidOperationException($"The attempt ended with {result.Outcome}.");
        var whole = watch.Elapsed;
        watch.Restart();
        await _workspaces.SettleAsync();
        return new AttemptTimes(coder.Began.TotalMilliseconds, (whole - result.Verified[0].Duration).TotalMilliseconds, watch.Elapsed.TotalMilliseconds);
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
        public Stopwatch Watch { get; set; } = new();

        public TimeSpan Began { get; private set; }

        public string Name => "writes one file";

        public async Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
        {
            Began = Watch.Elapsed;
            await File.WriteAllTextAsync(Path.Combine(job.Folder, "written.txt"), "new\n", cancellationToken);
            return new CoderReport();
        }
    }
}

/// <summary>Milliseconds of one attempt.</summary>
/// <param name="Prepared">Until its coder began.</param>
/// <param name="Overhead">Until its result, less what its test took; the coder takes none.</param>
/// <param name="Afterwards">From its result until nothing is done for it any more.</param>
internal sealed record AttemptTimes(double Prepared, double Overhead, double Afterwards);
