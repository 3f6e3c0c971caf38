using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Authoring;

/// <summary>What may be registered as a task, and how it is found.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task Functions_of_every_shape_are_activities()
    {
        var ran = new List<string>();
        await using var cluster = await Cluster.OpenAsync(new MemoryHubStore());
        cluster.StartWorker(tasks => tasks
            .AddActivityFunc("Result", (TaskActivityContext _) => 1)
            .AddActivityFunc("ResultLater", (TaskActivityContext _) => Task.FromResult(2))
            .AddActivityFunc("InputResult", (TaskActivityContext _, int input) => input + 2)
            .AddActivityFunc("InputResultLater", (TaskActivityContext _, int input) => Task.FromResult(input + 3))
            .AddActivityFunc("Nothing", (TaskActivityContext context) => ran.Add($"{context.Name}{context.Version}"))
            .AddActivityFunc("NothingLater", (TaskActivityContext context) => RanAsync(context))
            .AddActivityFunc("Input", (TaskActivityContext context, int input) => ran.Add($"{context.Name}{input}"))
            .AddActivityFunc("InputLater", (TaskActivityContext context, int _) => RanAsync(context))
            .AddOrchestratorFunc("All", async context =>
            {
                var sum = 0;
                foreach (var name in new[] { "Result", "ResultLater", "InputResult", "InputResultLater" })
                    sum += await context.CallActivityAsync<int>(name, 1);
                foreach (var name in new[] { "Nothing", "NothingLater", "Input", "InputLater" })
                    await context.CallActivityAsync(name, 1, new TaskOptions { Version = "v" });
                return $"{sum}";
            }));

        Assert.Equal("10", (await cluster.RunAsync("All")).ReadOutputAs<string>());
        Assert.Equal(["Nothingv", "NothingLater", "Input1", "InputLater"], ran);

        Task RanAsync(TaskActivityContext context)
        {
            ran.Add(context.Name);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Functions_of_every_shape_are_orchestrators()
    {
        await using var cluster = await Cluster.OpenAsync(new MemoryHubStore());
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc("Nothing", Told("nothing"))
            .AddOrchestratorFunc<int>("Input", (context, input) => Told($"input {input}")(context))
            .AddOrchestratorFunc("Result", _ => Task.FromResult("result"))
            .AddOrchestratorFunc<int, string>("Both", (_, input) => Task.FromResult($"both {input}"))
            .AddOrchestrator<Echo>("Renamed"));

        foreach (var (name, status, output) in new (string, string?, string?)[]
        {
            ("Nothing", "nothing", null), ("Input", "input 1", null), ("Result", null, "result"), ("Both", null, "both 1"), ("Renamed", null, "echo 1"),
        })
        {
            var end = await cluster.RunAsync(name, 1);
            Assert.True(end.IsCompleted && end.FailureDetails is null, $"{end}");
            Assert.Equal((status, output), (end.ReadCustomStatusAs<string>(), end.ReadOutputAs<string>()));
        }

        static Func<TaskOrchestrationContext, Task> Told(string what) => context =>
        {
            context.SetCustomStatus(what);
            return Task.CompletedTask;
        };
    }

    [Fact]
    public void Names_and_versions_ignore_case_and_are_compared_as_wholes()
    {
        var (name, version) = (new TaskName("Greet"), new TaskVersion("v1"));

        Assert.True(name == "GREET" && name.Equals((object)new TaskName("greet")) && name.GetHashCode() == new TaskName("GREET").GetHashCode());
        Assert.True(name != "Greeting" && !name.Equals((object)"Greet"));
        Assert.True(version == "V1" && version.Equals((object)new TaskVersion("V1")) && version.GetHashCode() == new TaskVersion("V1").GetHashCode());
        Assert.True(version != "v10" && !version.Equals((object)"v1") && version != TaskVersion.Unversioned);
        Assert.Equal(("", ""), (default(TaskName).Name, TaskVersion.Unversioned.Version));
    }

    private sealed class Echo : TaskOrchestrator<int, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult($"echo {input}");
    }
}
