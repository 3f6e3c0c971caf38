using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Model;

/// <summary>
/// Random programs run on the engine, with workers that vanish holding work, and by a reference interpreter of ten lines. Both must come
/// to the same result. A failing seed is in the message; run it alone by giving it to <see cref="RunSeedAsync"/>.
/// </summary>
public sealed class RandomProgramTests
{
    private static readonly int Seeds = 150 * Scale.Factor;

    [Fact]
    public async Task Engine_and_reference_agree_on_random_programs()
    {
        for (var seed = 0; seed < Seeds; seed++)
            await RunSeedAsync(seed);
    }

    private static async Task RunSeedAsync(int seed)
    {
        var random = new Random(seed);
        var program = NewProgram(random, depth: 0);
        var expected = Interpret(program);
        var store = new MemoryHubStore();
        var id = await StartAsync(store, program);
        for (var losses = random.Next(4); losses > 0; losses--)
            await LoseSomeWorkAsync(store, id, random);

        await using var cluster = await Cluster.OpenAsync(store);
        cluster.StartWorker(AddTasks);
        var end = await cluster.EndOfAsync(id);

        Assert.True(end.SerializedOutput == $"\"{expected}\"", $"Seed {seed}: expected {expected}, found {end}: {end.SerializedOutput} {end.FailureDetails?.ErrorMessage}");
        var folded = new InstanceState(id, string.Empty, string.Empty).Apply(await cluster.Client.GetOrchestrationHistoryAsync(id));
        Assert.True(folded.Output == end.SerializedOutput, $"Seed {seed}: the history does not fold to the row.");
    }

    /// <summary>The reference: what a program means.</summary>
    private static string Interpret(Op op) => op.Kind switch
    {
        "activity" => op.Text!,
        "timer" => "t",
        "flaky" => $"f{op.Text}",
        "fails" => "caught",
        "event" => $"e{op.Text}",
        "child" => $"({Interpret(op.Parts![0])})",
        "renew" => $"n{Interpret(op.Parts![0])}",
        "sequence" => string.Concat(op.Parts!.Select(Interpret)),
        _ => string.Join('|', op.Parts!.Select(Interpret)),
    };

    private static Op NewProgram(Random random, int depth)
    {
        string[] kinds = depth < 3
            ? ["activity", "timer", "flaky", "fails", "event", "child", "sequence", "sequence", "parallel", "parallel"]
            : ["activity", "timer", "flaky", "fails", "event"];
        var kind = depth == 0 ? (random.Next(3) == 0 ? "renew" : "sequence") : kinds[random.Next(kinds.Length)];
        var text = $"{random.Next(1_000)}";
        var parts = kind is "sequence" or "parallel" ? random.Next(1, 5) : kind is "child" or "renew" ? 1 : 0;
        return new Op(kind, text, [.. Enumerable.Range(0, parts).Select(_ => NewProgram(random, depth + 1))]);
    }

    private static void AddTasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<Op, string>("Run", (context, op) => RunAsync(context, op))
        .AddActivityFunc<string, string>("Echo", (_, text) => text)
        .AddActivityFunc<string, string>("Throw", string (_, text) => throw new FormatException(text));

    private static async Task<string> RunAsync(TaskOrchestrationContext context, Op op)
    {
        switch (op.Kind)
        {
            case "activity":
                return await context.CallActivityAsync<string>("Echo", op.Text);
            case "timer":
                await context.CreateTimer(TimeSpan.FromTicks(op.Text!.Length), CancellationToken.None);
                return "t";
            case "flaky":
                var retries = 0;
                await Record.ExceptionAsync(() => context.CallActivityAsync("Throw", "x", new TaskOptions(new RetryHandler(_ => ++retries < 3))));
                return $"f{await context.CallActivityAsync<string>("Echo", op.Text)}";
            case "fails":
                return await Record.ExceptionAsync(() => context.CallActivityAsync("Throw", "x")) is TaskFailedException ? "caught" : "not thrown";
            case "event":
                var name = context.NewGuid().ToString();
                context.SendEvent(context.InstanceId, name.ToUpperInvariant(), op.Text!);
                return $"e{await context.WaitForExternalEvent<string>(name)}";
            case "child":
                return $"({await context.CallSubOrchestratorAsync<string>("Run", op.Parts![0])})";
            case "renew":
                context.ContinueAsNew(new Op("sequence", null, [new Op("activity", "n", null), op.Parts![0]]));
                return string.Empty;
            case "sequence":
                var written = string.Empty;
                foreach (var part in op.Parts!)
                    written += await RunAsync(context, part);
                return written;
            default:
                return string.Join('|', await Task.WhenAll(op.Parts!.Select(part => RunAsync(context, part))));
        }
    }

    private static async Task<string> StartAsync(MemoryHubStore store, Op program)
    {
        await using var cluster = await Cluster.OpenAsync(store);
        return await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Run", program);
    }

    /// <summary>Works for a while, then vanishes holding whatever waits at that moment.</summary>
    private static async Task LoseSomeWorkAsync(MemoryHubStore store, string id, Random random)
    {
        await using var cluster = await Cluster.OpenAsync(store);
        cluster.StartWorker(AddTasks);
        await Task.WhenAny(cluster.Store.CommitsAsync(random.Next(1, 12)), cluster.EndOfAsync(id));
        await cluster.StopWorkersAsync();
        var now = TimeProvider.System.GetUtcNow();
        var claim = new Claim("vanished", 3, null, now, now.AddHours(1), () => Guid.NewGuid().ToString());
        await store.ClaimStepsAsync(claim);
        await store.ClaimActivitiesAsync(claim);
    }

    internal sealed record Op(string Kind, string? Text, Op[]? Parts);
}
