using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.Orchestrations;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Bench.Rows;

/// <summary>What the agent's own process weighs: while it waits, and for each attempt that runs in it. What edits the code is not counted.</summary>
internal sealed class AgentRow : Row
{
    private const int Attempts = 8;
    private const string On = "one PC";

    // Each attempt shows that it has come so far by its file, and then waits as long as a model may think.
    private const string Script = """
        steps:
          - run: touch "$HOME/../../../../running-$$"
          - wait: 10m
        """;

    public override string Id => RowCatalogue.Agent;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var hub = new LocalTaskHub(new MemoryHubStore(), TimeProvider.System);
        await hub.OpenAsync(cancellation);
        await using var served = await ServedHub.StartAsync(hub);
        var workspaces = run.Folder.NewFolder("pc");
        await using var agent = await AgentPc.StartAsync(served.Address, await MakeRepositoryAsync(run.Folder, cancellation), Script, Attempts, workspaces, run.Folder, cancellation);
        // Whatever the start has left goes meanwhile.
        await Task.Delay(run.Options.WarmUp, TimeProvider.System, cancellation);
        var idle = agent.MemoryBytes;
        yield return new Figure(Id, On, "memory while it waits", Figure.Megabytes(idle), "MB", Goals.AgentIdle);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var steps = RunStepsAsync(hub, stop.Token);
        var client = new DurableTaskClient(hub);
        for (var number = 1; number <= Attempts; number++)
        {
            var task = AgentTasks.New(number, "true");
            await client.ScheduleNewAttemptInstanceAsync(new AttemptRequest(task), new StartOrchestrationOptions(task.AttemptId), cancellation);
        }

        while (Directory.GetFiles(workspaces, "running-*").Length < Attempts)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        await Task.Delay(run.Options.Measured, TimeProvider.System, cancellation);
        yield return new Figure(Id, On, "more for each running attempt", Figure.Megabytes(Math.Max(0, agent.MemoryBytes - idle)) / Attempts, "MB", Goals.AgentAttempt) { Note = $"{Attempts} at once" };
        await stop.CancelAsync();
        await steps;
    }

    private static async Task RunStepsAsync(LocalTaskHub hub, CancellationToken cancellation)
    {
        await using var services = new ServiceCollection().AddSingleton<IFleet>(new AgentTasks.Fleet()).BuildServiceProvider();
        var registry = new DurableTaskRegistry().AddOrchestrator<Attempt>().AddActivity<CallForAgent>();
        await new DurableTaskWorker(hub, registry, services, new DurableTaskWorkerOptions { WorkerId = "bench", DrainTimeout = TimeSpan.Zero }, TimeProvider.System).RunAsync(cancellation);
    }

    private static async Task<string> MakeRepositoryAsync(WorkFolder folder, CancellationToken cancellation)
    {
        var repository = folder.NewFolder("repository");
        await File.WriteAllTextAsync(Path.Combine(repository, "readme.txt"), "A repository.\n", cancellation);
        string[][] commands =
        [
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all"],
            ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--message=First"],
        ];
        foreach (var command in commands)
        {
            using var git = Process.Start(new ProcessStartInfo("git", command) { WorkingDirectory = repository })!;
            await git.WaitForExitAsync(cancellation);
        }

        return Path.Combine(repository, ".git");
    }
}
