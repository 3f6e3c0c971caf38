using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class VersionFacts(StoreKind kind) : HubFacts(kind)
{
    [Theory]
    [InlineData("1.0", "one")]
    [InlineData("2.0", "two")]
    public async Task The_exact_version_answers(string version, string expected)
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => Add(Add(Add(tasks, "1.0", "one"), "2.0", "two"), "", "none"));

        Assert.Equal(expected, (await RunAsync(cluster, version)).ReadOutputAs<string>());
        Assert.Equal("none", (await RunAsync(cluster, "")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Code_without_a_version_answers_for_all_unless_its_name_has_versions()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => Add(tasks, "", "any"));
        Assert.Equal("any", (await RunAsync(cluster, "7.0")).ReadOutputAs<string>());

        await using var other = await OpenAsync();
        other.WorkerOptions = other.WorkerOptions with { TakesAnyName = true };
        other.StartWorker(tasks => Add(Add(tasks, "", "any"), "1.0", "one"));
        var end = await RunAsync(other, "7.0");
        Assert.Equal(FailureTypes.TaskNotFound, end.FailureDetails!.ErrorType);
        Assert.Contains("version '7.0'", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_a_worker_lacks_is_given_back_once_and_uncounted_to_one_that_has_it()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => Add(tasks, "1.0", "one"));
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add(await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions { Version = "2.0" }));
        Assert.Equal("one", (await RunAsync(cluster, "1.0")).ReadOutputAs<string>());
        await cluster.Store.RefusalsAsync(1);

        cluster.StartWorker(tasks => Add(tasks, "2.0", "two"));

        foreach (var id in ids)
            Assert.Equal("two", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.InRange(cluster.Store.Refusals, 1, 5);
    }

    [Fact]
    public async Task Activities_inherit_their_orchestration_s_version_or_have_their_own_and_find_a_worker_that_has_it()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<object?, string>("Flow", "1.0", async (context, _) =>
                $"{await context.CallActivityAsync<string>("A")} {await context.CallActivityAsync<string>("A", new TaskOptions { Version = "2.0" })}")
            .AddActivity("A", "1.0", _ => new Says("one")));
        cluster.StartWorker(tasks => tasks.AddActivity("A", "2.0", _ => new Says("two")));

        Assert.Equal("one 1.0 two 2.0", (await RunAsync(cluster, "1.0")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Sub_orchestrations_have_the_worker_s_default_version_or_their_own()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { Versioning = new VersioningOptions { DefaultVersion = "1.5" } };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", async context =>
                $"{await context.CallSubOrchestratorAsync<string>("Child")} {await context.CallSubOrchestratorAsync<string>("Child", new TaskOptions { Version = "3" })}")
            .AddOrchestratorFunc<string>("Child", context => Task.FromResult(context.Version)));

        Assert.Equal("1.5 3", (await RunAsync(cluster, "9")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(VersionMatchStrategy.None, "1.0 1.9 1.10 2.0 none")]
    [InlineData(VersionMatchStrategy.Strict, "1.10")]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "1.0 1.9 1.10 none")]
    public async Task A_worker_takes_the_versions_that_match_its_own_and_fails_the_others_if_told_so(VersionMatchStrategy strategy, string taken)
    {
        await using var cluster = await OpenAsync();
        var versioning = new VersioningOptions { Version = "1.10", MatchStrategy = strategy, FailureStrategy = VersionFailureStrategy.Fail };
        cluster.WorkerOptions = cluster.WorkerOptions with { Versioning = versioning };
        cluster.StartWorker(tasks => Add(tasks, "", "ran"));

        foreach (var version in new[] { "1.0", "1.9", "1.10", "2.0", "none" })
        {
            var end = await RunAsync(cluster, version == "none" ? "" : version);
            if (taken.Split(' ').Contains(version))
            {
                Assert.Equal("ran", end.ReadOutputAs<string>());
                continue;
            }

            Assert.Equal((FailureTypes.VersionMismatch, true), (end.FailureDetails!.ErrorType, end.FailureDetails.IsNonRetriable));
            Assert.Contains($"'1.10' ({strategy})", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(VersionMatchStrategy.Strict, "1.0")]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "3.0")]
    public async Task What_does_not_match_is_left_to_another_worker_unless_told_to_fail(VersionMatchStrategy strategy, string version)
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { Versioning = new VersioningOptions { Version = "2.0", MatchStrategy = strategy } };
        cluster.StartWorker(tasks => Add(tasks, "", "second"));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions { Version = version });
        await cluster.Store.RefusalsAsync(1);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Assert.Equal("second", (await RunAsync(cluster, "2.0")).ReadOutputAs<string>());

        cluster.WorkerOptions = cluster.WorkerOptions with { Versioning = new VersioningOptions { Version = version, MatchStrategy = strategy } };
        cluster.StartWorker(tasks => Add(tasks, "", "matching"));

        Assert.Equal("matching", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Where_a_worker_is_told_so_an_activity_of_a_version_that_it_lacks_fails()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { Versioning = new VersioningOptions { FailureStrategy = VersionFailureStrategy.Fail } };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("A", new TaskOptions { Version = "2.0" }))
            .AddActivity("A", "1.0", _ => new Says("one")));

        var failure = (await RunAsync(cluster, "")).FailureDetails!.InnerFailure!;

        Assert.Equal((FailureTypes.VersionMismatch, true), (failure.ErrorType, failure.IsNonRetriable));
    }

    [Fact]
    public async Task Continue_as_new_may_change_the_version_and_then_needs_a_worker_that_has_it()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string, string>("Flow", "1.0", (context, _) =>
        {
            context.ContinueAsNew(new ContinueAsNewOptions { NewInput = $"from {context.Version}", NewVersion = "2.0" });
            return Task.FromResult(string.Empty);
        }));
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string, string>("Flow", "2.0", (context, input) => Task.FromResult($"{input} to {context.Version}")));

        var end = await RunAsync(cluster, "1.0");

        Assert.Equal("from 1.0 to 2.0", end.ReadOutputAs<string>());
        Assert.Equal("2.0", (await cluster.Hub.GetAsync(end.InstanceId, payloads: false))!.Version);
        Assert.Equal("2.0", (await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId)).OfType<ExecutionStarted>().Single().Version);
    }

    [Fact]
    public async Task Code_can_ask_whether_it_is_older_than_a_version()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", context =>
            Task.FromResult(string.Join(' ', new[] { "", "1.9", "1.10.0", "2", "rc" }.Select(other => Math.Sign(context.CompareVersionTo(other)))))));

        Assert.Equal("1 1 0 -1 -1", (await RunAsync(cluster, "1.10")).ReadOutputAs<string>());
        Assert.Equal("0 -1 -1 -1 -1", (await RunAsync(cluster, "")).ReadOutputAs<string>());
        Assert.Equal("1 1 1 1 0", (await RunAsync(cluster, "RC")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_client_may_have_a_default_version()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", context => Task.FromResult(context.Version)));
        var client = new DurableTaskClient(cluster.Hub) { DefaultVersion = "4.2" };

        var inherited = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var own = await client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions { Version = "" });

        Assert.Equal("4.2", (await cluster.EndOfAsync(inherited)).ReadOutputAs<string>());
        Assert.Equal("", (await cluster.EndOfAsync(own)).ReadOutputAs<string>());
    }

    private static DurableTaskRegistry Add(DurableTaskRegistry tasks, string version, string says) =>
        tasks.AddOrchestratorFunc<object?, string>("Flow", version, (_, _) => Task.FromResult(says));

    private static async Task<OrchestrationMetadata> RunAsync(Cluster cluster, string version)
    {
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions { Version = version });
        return await cluster.EndOfAsync(id);
    }

    private sealed class Says(string word) : TaskActivity<object?, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => Task.FromResult($"{word} {context.Version}");
    }
}
