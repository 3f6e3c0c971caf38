using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using ClaudeCluster.Orchestrations;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary>What an agent says to a coordinator, against a listener that speaks the coordinator's records.</summary>
public sealed class CoordinatorTests
{
    private const string Slow = """
        steps:
          - write: sum.sh
            text: 'echo $(($1 * $2))'
          - say: My key is the-token-of-this-agent.
          - wait: 3s
        fix:
          - write: sum.sh
            text: 'echo $(($1 + $2))'
          - say: I was told.
        """;

    [Fact]
    public async Task It_reports_tells_its_progress_without_secrets_and_obeys_maintenance()
    {
        using var coordinator = new Coordinator();
        await using var stage = await AgentStage.OpenAsync(Slow, $"coordinator_url: {coordinator.Address}\nlabels:\n  gpu: none\ncredentials:\n  agent_token: env:AGENT_TOKEN");
        stage.Playground.Environment["AGENT_TOKEN"] = "the-token-of-this-agent";
        var agent = await stage.StartAgentAsync();

        var first = await coordinator.ReportAsync(report => report.State == AgentState.Ready);
        Assert.Equal(("pc-1", 1, "none"), (first.Hello.Agent.Value, first.Hello.Slots, first.Hello.Labels["gpu"]));
        Assert.Equal("Bearer the-token-of-this-agent", coordinator.Authorization);
        var result = await stage.ResultAsync(await stage.BeginAsync());
        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        await coordinator.ReportAsync(report => report.Attempts.Contains("issue-4711-12-1-a1"));
        var lines = coordinator.Progress.SelectMany(progress => progress.Lines).ToList();
        Assert.Contains(lines, line => line.Contains("[redacted]", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("the-token-of-this-agent", StringComparison.Ordinal));
        Assert.Contains(coordinator.Progress, progress => progress.Phase == "coding");
        Assert.DoesNotContain("the-token-of-this-agent", stage.AgentLog, StringComparison.Ordinal);

        coordinator.Maintenance = true;
        await agent.SaysAsync("a person has set this agent to maintenance");
        await coordinator.ReportAsync(report => report.State == AgentState.Maintenance);
        agent.Terminate();
        Assert.Equal(0, (await agent.EndAsync()).Code);
    }

    [Fact]
    public async Task While_the_coordinator_is_away_the_agent_works_on_and_says_so()
    {
        await using var stage = await AgentStage.OpenAsync(settings: $"coordinator_url: http://127.0.0.1:{FreePorts.Take()}");
        var agent = await stage.StartAgentAsync();

        Assert.IsType<AttemptOutcome.Succeeded>((await stage.ResultAsync(await stage.BeginAsync())).Outcome);

        await agent.SaysAsync("Failed to connect to coordinator");
        await agent.SaysAsync("What runs goes on.");
    }

    /// <summary>The coordinator's routes for agents.</summary>
    private sealed class Coordinator : IDisposable
    {
        private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<AgentReport> _reports = new();

        public Coordinator()
        {
            Address = $"http://127.0.0.1:{FreePorts.Take()}";
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Address { get; }

        public bool Maintenance { get; set; }

        public string? Authorization { get; private set; }

        public ConcurrentQueue<AttemptProgress> Progress { get; } = new();

        public async Task<AgentReport> ReportAsync(Func<AgentReport, bool> isMeant)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (true)
            {
                if (_reports.FirstOrDefault(isMeant) is { } report)
                    return report;
                await Task.Delay(50, limit.Token);
            }
        }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    await AnswerAsync(context);
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            Authorization = context.Request.Headers["Authorization"];
            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            object? answer = (context.Request.HttpMethod, context.Request.Url!.AbsolutePath) switch
            {
                ("PUT", "/api/agents/pc-1") => Keep(JsonSerializer.Deserialize<AgentReport>(body, Json)!),
                ("POST", "/api/attempts/issue-4711-12-1-a1/progress") => Keep(JsonSerializer.Deserialize<AttemptProgress>(body, Json)!),
                _ => null,
            };
            context.Response.StatusCode = answer is null ? 404 : 200;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(answer, Json)));
            context.Response.Close();
        }

        private AgentOrders Keep(AgentReport report)
        {
            _reports.Enqueue(report);
            return new AgentOrders(Maintenance);
        }

        private ProgressAnswer Keep(AttemptProgress progress)
        {
            Progress.Enqueue(progress);
            return new ProgressAnswer(Progress.Count == 1 ? ["Please add."] : []);
        }
    }
}
