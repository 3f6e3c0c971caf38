namespace ClaudeCluster.Agent.Tests;

public sealed class WithheldWorkTests : IDisposable
{
    private const string Own = "own-secret-of-the-agent-4711";

    private readonly SourceRepository _source = new();

    public WithheldWorkTests() => _source.Commit(("total.sh", "echo 1\n"), ("test.sh", "true\n"));

    public void Dispose() => _source.Dispose();

    [Theory]
    [InlineData("- {write: notes.txt, text: 'own-secret-of-the-agent-4711'}\n")]
    [InlineData("- {run: 'printf own-secret-of-the-agent-4711 | base64 > notes.txt'}\n")]
    [InlineData("- {run: 'printf \"\\0binary own-secret-of-the-agent-4711\" > notes.bin'}\n")]
    [InlineData("- {run: 'touch own-secret-of-the-agent-4711'}\n")]
    public async Task A_secret_of_the_agents_own_leaves_the_PC_by_no_branch_and_no_word(string steps)
    {
        var result = await PlayAsync(steps + $"- {{say: 'I found {Own}.'}}\n");

        var rejected = Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome);
        Assert.Contains(rejected.Reasons, reason => reason.Contains("a secret of this agent itself", StringComparison.Ordinal));
        Assert.Contains("nothing was pushed", rejected.Reasons[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(Own, System.Text.Json.JsonSerializer.Serialize(result), StringComparison.Ordinal);
        Assert.Null(result.Commit);
        Assert.Empty(_source.Git("for-each-ref", "refs/heads/claude"));
    }

    [Fact]
    public async Task Somebodys_token_is_withheld_too_and_the_work_is_where_the_outcome_says()
    {
        var token = "ghp_" + string.Concat(Enumerable.Repeat("aB3dE5gH7", 4));

        var result = await PlayAsync($"- {{write: src/new.sh, text: \"one\\nTOKEN={token}\\n\"}}\n");

        var reasons = Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome).Reasons;
        Assert.Equal("src/new.sh:2 holds what looks like a credential (GitHub token).", reasons[0]);
        // "… It is commit 0123456789 in mirrors/4711.git of agent pc-1, and on no other PC."
        var words = reasons[^1].Split(' ');
        var at = Array.IndexOf(words, "commit");
        Assert.Contains(token, SourceRepository.GitIn(Path.Combine(_source.Options.Root, words[at + 3]), "show", $"{words[at + 1]}:src/new.sh"), StringComparison.Ordinal);
        Assert.Empty(_source.Git("for-each-ref", "refs/heads/claude"));
    }

    [Fact]
    public async Task A_change_that_is_too_large_to_be_searched_is_withheld()
    {
        var result = await PlayAsync("- {run: 'yes | head -c 68000000 > big.txt'}\n");

        Assert.Contains("could not be searched for secrets", Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome).Reasons[0], StringComparison.Ordinal);
        Assert.Empty(_source.Git("for-each-ref", "refs/heads/claude"));
    }

    [Theory]
    [InlineData(".github/workflows/x.yml")]
    [InlineData(".GitHub/workflows/deep/x.yml")]
    public async Task A_workflow_that_a_push_could_run_is_not_pushed_before_a_person_has_seen_it(string path)
    {
        var result = await PlayAsync($"- {{write: {path}, text: 'on: push'}}\n");

        var reasons = Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome).Reasons;
        Assert.Equal($"{path} is protected (.github/workflows/**): only people change it, and a push could run it.", reasons[0]);
        Assert.Contains("nothing was pushed", reasons[^1], StringComparison.Ordinal);
        Assert.Null(result.Commit);
        Assert.Empty(_source.Git("for-each-ref", "refs/heads/claude"));
    }

    [Fact]
    public async Task A_workflow_is_pushed_where_the_rules_allow_it_and_where_a_branch_has_it_already()
    {
        var allowed = await PlayAsync("- {write: .github/workflows/x.yml, text: 'on: push'}\n", _source.Task() with { DiffRules = new DiffRules { ProtectedPaths = [] } });
        _source.Git("checkout", "--quiet", "-b", "claude/issue-12");
        var earlier = new CommitId(_source.Commit((".github/workflows/x.yml", "on: push\n")));
        var gone = await PlayAsync("- {write: notes.txt, text: hello}\n", _source.Task(2) with { Earlier = new EarlierAttempt(_source.Options.AgentId, earlier, "a review", null) });

        Assert.IsType<AttemptOutcome.Succeeded>(allowed.Outcome);
        // A person put it there; whether it may stay is asked as ever.
        Assert.IsType<AttemptOutcome.PolicyRejected>(gone.Outcome);
        Assert.NotNull(gone.Commit);
    }

    [Fact]
    public async Task A_secret_that_the_base_has_already_stops_nothing()
    {
        _source.Commit(("old.txt", Own));

        Assert.IsType<AttemptOutcome.Succeeded>((await PlayAsync("- {write: notes.txt, text: 'hello'}\n")).Outcome);
    }

    private Task<AttemptResult> PlayAsync(string steps, AgentTask? task = null)
    {
        var options = _source.Options with { Secrets = [Own] };
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), options, TimeProvider.System);
        return new AttemptStory(options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(task ?? _source.Task(), null, default);
    }
}
