using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>When a runner is woken for an attempt, and that it is one.</summary>
public sealed class WakeUpTests
{
    private static readonly Specialty Backend = new("backend");
    private static readonly RepositoryRef Repository = new(7, "octo/shop", "main", IsPublic: false);
    private static readonly Availability Nobody = new(false, "no agent with 'backend' is connected");

    private readonly Clock _clock = new();
    private readonly MemoryRecords _records = new();
    private readonly ScriptedRunners _runners = new();

    [Fact]
    public async Task One_run_is_asked_for_however_often_and_by_however_many_coordinators()
    {
        await WakeAsync();
        await WakeAsync();
        await new WakeUps(_runners, _records, _clock).WakeAsync(Call(Reach.Actions), Repository, Nobody, Cancellation);

        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Two_at_the_same_moment_ask_for_one_run()
    {
        _runners.BeforeDispatch = () => WakeAsync();

        await WakeAsync();

        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Nothing_is_asked_for_while_no_runner_with_the_labels_is_alive()
    {
        _runners.Look = new(false, "the runner pc-1 is offline");

        Assert.Equal(new Availability(false, "no agent with 'backend' is connected; the runner pc-1 is offline"), await WakeAsync());
        Assert.Empty(_runners.Dispatched);

        _runners.Look = new(true, null);
        Assert.Equal(new Availability(true, null), await WakeAsync());
        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Where_runners_cannot_be_seen_one_is_woken_all_the_same_and_a_person_is_told()
    {
        _runners.Look = new(null, "whether it is alive cannot be seen");

        Assert.Equal(new Availability(false, "a run was asked for, but whether it is alive cannot be seen"), await WakeAsync());
        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Run_whose_answer_was_lost_is_looked_for_before_another_is_asked_for()
    {
        _runners.BeforeAnswer = () => throw new IOException("The connection ended.");
        await Assert.ThrowsAsync<IOException>(WakeAsync);

        Assert.True((await WakeAsync()).IsSomeoneThere);
        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Coordinator_that_died_while_it_asked_is_followed_by_a_look_and_only_later_by_another_request()
    {
        _runners.BeforeDispatch = () => new TaskCompletionSource().Task;
        _ = WakeAsync();

        await WakeAsync();
        Assert.Empty(_runners.Dispatched);
        _clock.Pass(TimeSpan.FromMinutes(1));
        await WakeAsync();

        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Request_that_never_arrived_is_made_again()
    {
        _runners.BeforeDispatch = () => throw new IOException("The connection ended.");
        await Assert.ThrowsAsync<IOException>(WakeAsync);

        Assert.True((await WakeAsync()).IsSomeoneThere);
        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Run_that_nobody_takes_is_told_of_after_a_minute()
    {
        await WakeAsync();
        Assert.True((await WakeAsync()).IsSomeoneThere);

        _clock.Pass(TimeSpan.FromMinutes(3));
        _runners.Look = new(false, "the runner pc-1 is offline");

        Assert.Equal("no agent with 'backend' is connected; the run https://github.example/runs/1 has been queued for 3 min: the runner pc-1 is offline", (await WakeAsync()).Missing);
        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Run_that_ended_without_the_attempt_is_followed_by_another()
    {
        await WakeAsync();
        _runners.State = AgentRunState.Running;
        await WakeAsync();
        Assert.Equal(["a1"], _runners.Dispatched);

        _runners.State = AgentRunState.Ended;
        await WakeAsync();

        Assert.Equal(["a1", "a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task What_GitHub_refuses_for_good_is_told_and_not_asked_for_each_minute()
    {
        _runners.Refusal = "octo/shop has no .github/workflows/claude-agent.yml on main";
        var wakeUps = new WakeUps(_runners, _records, _clock);

        for (var minute = 0; minute < 10; minute++, _clock.Pass(TimeSpan.FromMinutes(1)))
            Assert.Contains(_runners.Refusal, (await wakeUps.WakeAsync(Call(Reach.Actions), Repository, Nobody, Cancellation)).Missing, StringComparison.Ordinal);
        Assert.Single(_runners.Asked);

        _runners.Refusal = null;
        Assert.True((await wakeUps.WakeAsync(Call(Reach.Actions), Repository, Nobody, Cancellation)).IsSomeoneThere);
        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Theory]
    [InlineData(Reach.Actions, 0, 1)]
    [InlineData(Reach.Auto, 0, 0)]
    [InlineData(Reach.Agents, 0, 0)]
    public async Task Agent_that_has_room_comes_first_unless_the_policy_wants_runs(Reach reach, int attempts, int runs)
    {
        var (fleet, registry) = await FleetAsync();
        await ReportAsync(registry, attempts, slots: 1);
        _clock.Pass(TimeSpan.FromSeconds(45));

        await fleet.WakeAsync(Call(reach), new(true, null), Cancellation);

        Assert.Equal(runs, _runners.Dispatched.Count);
    }

    [Theory]
    [InlineData(Reach.Auto, 29, 0)]
    [InlineData(Reach.Auto, 30, 1)]
    [InlineData(Reach.Agents, 3600, 0)]
    public async Task Runner_is_woken_when_no_agent_had_room_for_thirty_seconds(Reach reach, int seconds, int runs)
    {
        var (fleet, registry) = await FleetAsync();
        await ReportAsync(registry, attempts: 0, slots: 1);
        _clock.Pass(TimeSpan.FromMinutes(10));
        await ReportAsync(registry, attempts: 1, slots: 1);

        // Signs of life that it is still full do not make it full only from then on.
        _clock.Pass(TimeSpan.FromSeconds(20));
        await ReportAsync(registry, attempts: 1, slots: 1);
        _clock.Pass(TimeSpan.FromSeconds(seconds - 20));
        await fleet.WakeAsync(Call(reach), new(true, null), Cancellation);

        Assert.Equal(runs, _runners.Dispatched.Count);
    }

    [Fact]
    public async Task After_its_start_a_coordinator_waits_for_agents_to_come_back()
    {
        var (fleet, _) = await FleetAsync(isConnected: false);

        await fleet.WakeAsync(Call(Reach.Auto), Nobody, Cancellation);
        Assert.Empty(_runners.Dispatched);
        _clock.Pass(TimeSpan.FromSeconds(30));
        await fleet.WakeAsync(Call(Reach.Auto), Nobody, Cancellation);

        Assert.Equal(["a1"], _runners.Dispatched);
    }

    [Fact]
    public async Task Call_of_an_earlier_release_wakes_nobody()
    {
        var (fleet, _) = await FleetAsync();
        _clock.Pass(TimeSpan.FromHours(1));

        Assert.Equal(Nobody, await fleet.WakeAsync(new AgentCall(Backend, null, "a1"), Nobody, Cancellation));
        Assert.Empty(_runners.Dispatched);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AgentCall Call(Reach reach) => new(Backend, null, "a1") { Repository = Repository, Reach = reach };

    private Task<Availability> WakeAsync() => new WakeUps(_runners, _records, _clock).WakeAsync(Call(Reach.Actions), Repository, Nobody, Cancellation);

    private async Task<(Fleet Fleet, AgentRegistry Registry)> FleetAsync(bool isConnected = true)
    {
        var registry = new AgentRegistry(_records, _clock);
        await registry.AddAsync(new AgentId("pc-3"), [Backend], Cancellation);
        return (new Fleet(registry, _ => isConnected, new WakeUps(_runners, _records, _clock), _clock), registry);
    }

    private static Task ReportAsync(AgentRegistry registry, int attempts, int slots)
    {
        var report = TestCoordinator.Report("pc-3", "backend");
        return registry.ReportAsync(new AgentId("pc-3"), report with { Hello = report.Hello with { Slots = slots }, Attempts = [.. Enumerable.Range(0, attempts).Select(number => $"x{number}")] }, Cancellation);
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Pass(TimeSpan by) => _now += by;
    }

    /// <summary>A GitHub that remembers what it was asked for, and fails once when it is told to.</summary>
    private sealed class ScriptedRunners : IRunners
    {
        private static readonly DateTimeOffset Created = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

        public RunnerLook Look { get; set; } = new(true, null);

        public AgentRunState State { get; set; }

        public string? Refusal { get; set; }

        public Func<Task>? BeforeDispatch { get; set; }

        public Func<Task>? BeforeAnswer { get; set; }

        public List<string> Asked { get; } = [];

        public List<string> Dispatched { get; } = [];

        public Task<RunnerLook> LookAsync(RepositoryRef repository, Specialty specialty, CancellationToken cancellationToken) => Task.FromResult(Look);

        public async Task<Dispatch> DispatchAsync(RepositoryRef repository, Specialty specialty, string attemptId, CancellationToken cancellationToken)
        {
            await OnceAsync(BeforeDispatch, () => BeforeDispatch = null);
            Asked.Add(attemptId);
            if (Refusal is { } refusal)
                return new(null, refusal);
            Dispatched.Add(attemptId);
            await OnceAsync(BeforeAnswer, () => BeforeAnswer = null);
            return new(Dispatched.Count, null);
        }

        public Task<AgentRun?> FindRunAsync(RepositoryRef repository, string attemptId, DateTimeOffset since, CancellationToken cancellationToken) =>
            Task.FromResult(Dispatched.Contains(attemptId) ? Run(Dispatched.Count) : null);

        public Task<AgentRun?> ReadRunAsync(RepositoryRef repository, long run, CancellationToken cancellationToken) => Task.FromResult<AgentRun?>(Run(run));

        private AgentRun Run(long id) => new(id, $"https://github.example/runs/{id}", State, Created);

        private static Task OnceAsync(Func<Task>? step, Action forget)
        {
            forget();
            return step?.Invoke() ?? Task.CompletedTask;
        }
    }
}
