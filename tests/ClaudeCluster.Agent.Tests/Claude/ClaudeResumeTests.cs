using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>The next attempt at a task goes on with the session of the last one, on this PC, while its files are there.</summary>
public sealed class ClaudeResumeTests : IDisposable
{
    private static readonly ModelStep.Error LimitReached = new(429, "rate_limit_error", "Slow down.")
    {
        Headers = new Dictionary<string, string>
        {
            ["x-should-retry"] = "false",
            ["anthropic-ratelimit-unified-status"] = "rejected",
            ["anthropic-ratelimit-unified-reset"] = DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["anthropic-ratelimit-unified-representative-claim"] = "five_hour",
        },
    };

    private readonly SourceRepository _source = new();

    public ClaudeResumeTests() => _source.Commit(("sum.sh", "echo 1\n"), ("test.sh", "exit 0\n"));

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task After_a_usage_limit_the_next_attempt_goes_on_with_the_session_although_the_flow_carries_none()
    {
        await using var model = await StartAsync(ModelStep.Read("{folder}/sum.sh"), LimitReached, ModelStep.Write("{folder}/more.txt", "x\n"), new ModelStep.Say("Done."));

        var first = await AttemptAsync(model, _source.Task());
        var second = await AttemptAsync(model, _source.Task(2));

        Assert.IsType<AttemptOutcome.UsageLimited>(first.Outcome);
        Assert.Equal((nameof(AttemptOutcome.Succeeded), "Done.", first.ClaudeSession), (second.Outcome.GetType().Name, second.Claimed, second.ClaudeSession));
        Assert.All(model.Requests, request => Assert.Equal(first.ClaudeSession, request.Session));
        var conversation = model.Requests[^1].Body;
        Assert.Contains("\"file_path\":\"" + Path.Combine(_source.Options.Root, "attempts", _source.Task().AttemptId), conversation, StringComparison.Ordinal);
        Assert.Contains("The work tree is fresh", conversation, StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task An_attempt_that_the_flow_knows_of_is_gone_on_with_and_paid_once()
    {
        await using var model = await StartAsync(ModelStep.Write("{folder}/more.txt", "x\n"), new ModelStep.Say("First."), new ModelStep.Say("Second."));

        var first = await AttemptAsync(model, _source.Task());
        var second = await AttemptAsync(model, _source.Task(2) with { Earlier = new EarlierAttempt(first.Agent, first.Commit, "The tests fail.", first.ClaudeSession) });

        Assert.Equal(("Second.", first.ClaudeSession), (second.Claimed, second.ClaudeSession));
        Assert.True(second.Usage.Usd > 0 && second.Usage.Usd < first.Usage.Usd, $"{first.Usage} {second.Usage}");
        Assert.DoesNotContain("The work tree is fresh", model.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_takes_lost_work_for_done_is_followed_by_a_new_one_in_the_same_attempt()
    {
        await using var interrupted = await StartAsync(ModelStep.Write("{folder}/more.txt", "x\n"), LimitReached);
        await using var model = await StartAsync(new ModelStep.Say("It is all done."));

        var first = await AttemptAsync(interrupted, _source.Task());
        var second = await AttemptAsync(model, _source.Task(2));

        Assert.IsType<AttemptOutcome.UsageLimited>(first.Outcome);
        Assert.IsType<AttemptOutcome.NoChanges>(second.Outcome);
        Assert.Equal([first.ClaudeSession, second.ClaudeSession], model.Requests.Select(request => request.Session).Distinct(StringComparer.Ordinal));
        Assert.DoesNotContain("more.txt", model.Requests[^1].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("The work tree is fresh", model.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_sessions_files_are_gone_the_next_attempt_begins_fresh()
    {
        await using var model = await StartAsync(LimitReached);
        var first = await AttemptAsync(model, _source.Task());
        foreach (var transcript in Directory.EnumerateFiles(Sessions, $"{first.ClaudeSession}.jsonl", SearchOption.AllDirectories).ToList())
            File.Delete(transcript);

        var second = await AttemptAsync(model, _source.Task(2));

        Assert.IsType<AttemptOutcome.UsageLimited>(second.Outcome);
        Assert.NotNull(second.ClaudeSession);
        Assert.NotEqual(first.ClaudeSession, second.ClaudeSession);
    }

    /// <summary>The name of the session is written before the CLI writes its first line, and a kill may come between, or in the middle of it.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("11111111-2222-4333-8")]
    [InlineData("11111111-2222-4333-8444-555555555555")]
    public async Task A_session_of_which_a_kill_left_only_its_name_is_followed_by_a_new_one(string left)
    {
        await using var model = await StartAsync(ModelStep.Write("{folder}/more.txt", "x\n"), new ModelStep.Say("Done."));
        using (var memory = TaskMemory.TryOpen(_source.Options.Root, _source.Task(), TimeProvider.System))
            await File.WriteAllTextAsync(Path.Combine(memory!.Folder, "last-session"), left, TestContext.Current.CancellationToken);

        var next = await AttemptAsync(model, _source.Task(2));

        Assert.True(next.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(next.Outcome));
        Assert.Equal(ClaudeSession.Of(_source.Task(2).AttemptId).Id, next.ClaudeSession);
        Assert.Equal("x\n", _source.Show("claude/wip/12-1-a2", "more.txt"));
    }

    [Fact]
    public async Task A_kill_between_a_session_that_changed_nothing_and_the_new_one_loses_no_task()
    {
        await using var interrupted = await StartAsync(ModelStep.Write("{folder}/more.txt", "x\n"), LimitReached);
        await using var forgetful = await StartAsync(new ModelStep.Say("It is all done."));
        await using var model = await StartAsync(ModelStep.Write("{folder}/more.txt", "x\n"), new ModelStep.Say("Done."));
        using var image = new TempFolder();
        await AttemptAsync(interrupted, _source.Task());

        // As the disk is in that moment, so a kill leaves it.
        await AttemptAsync(forgetful, _source.Task(2), new On("the work begins anew", () => SourceRepository.Run("cp", "-a", _source.Options.Root, image["agent"])));
        FolderRemoval.Remove(_source.Options.Root);
        Directory.Move(image["agent"], _source.Options.Root);
        await _source.Workspaces.CleanUpAfterCrashAsync(default);
        _source.AssertNothingIsLeft();
        var third = await AttemptAsync(model, _source.Task(3));

        Assert.True(third.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(third.Outcome));
        Assert.Equal("x\n", _source.Show("claude/wip/12-1-a3", "more.txt"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("11111111-2222-4333-8444-555555555555")]
    public async Task Where_another_agent_worked_since_the_next_attempt_begins_fresh(string? itsSession)
    {
        await using var model = await StartAsync(LimitReached);
        var first = await AttemptAsync(model, _source.Task());
        var elsewhere = new EarlierAttempt(new AgentId("pc-2"), null, "The tests fail.", itsSession);

        var third = await AttemptAsync(model, _source.Task(3) with { Earlier = elsewhere });

        Assert.NotEqual(first.ClaudeSession, third.ClaudeSession);
        Assert.NotEqual(itsSession, third.ClaudeSession);
    }

    [Fact]
    public async Task Another_issue_and_another_generation_have_sessions_of_their_own()
    {
        await using var model = await StartAsync(LimitReached);
        var first = await AttemptAsync(model, _source.Task());

        var again = await AttemptAsync(model, _source.Task() with { AttemptId = "issue-4711-12-2-a1", AttemptBranch = "claude/wip/12-2-a1" });
        var other = await AttemptAsync(model, _source.Task() with { AttemptId = "issue-4711-13-1-a1", AttemptBranch = "claude/wip/13-1-a1", Issue = _source.Task().Issue with { Number = 13 } });

        Assert.Equal(3, new[] { first, again, other }.Select(result => result.ClaudeSession).Distinct().Count());
    }

    private string Sessions => Path.Combine(_source.Options.Root, "sessions");

    private static Task<ScriptedModelServer> StartAsync(params ModelStep[] script)
    {
        ClaudeCli.SandboxIsNeeded();
        return ScriptedModelServer.StartAsync(script);
    }

    private Task<AttemptResult> AttemptAsync(ScriptedModelServer model, AgentTask task, IProgress<string>? progress = null)
    {
        var options = _source.Options with { Sandbox = new SandboxOptions() };
        var claude = ClaudeCli.Options(model.Url) with { Credential = new ClaudeCredential.OAuthToken("sk-ant-oat01-planted"), HiddenFolders = [options.Root] };
        return new AttemptStory(options, new ClaudeCoder(claude, TimeProvider.System, options), _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(task, progress, default);
    }

    /// <summary>Does something at the moment when a line is told.</summary>
    private sealed class On(string part, Action deed) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.Contains(part, StringComparison.Ordinal))
                deed();
        }
    }
}
