namespace ClaudeCluster.Agent.Tests;

/// <summary>
/// A coder, or a test that the coder wrote, runs commands beside our git folder. Whatever it leaves there, this attempt's result is the
/// truth about its files, no later attempt suffers, and nothing of it runs with our git.
/// </summary>
public sealed class HostileAttemptTests : IDisposable
{
    private const string Fix = "- {edit: total.sh, replace: 1 - 2, with: 1 + 2}\n";
    private const string Mirror = "mirror=$(git rev-parse --path-format=absolute --git-common-dir); ";

    private readonly SourceRepository _source = new();
    private readonly TempFolder _proof = new();

    public HostileAttemptTests() => _source.Commit(("total.sh", "echo $((1 - 2))\n"), ("lib/a.txt", "a\n"), ("test.sh", "test \"$(sh total.sh)\" = 3\n"));

    public void Dispose()
    {
        _source.Dispose();
        _proof.Dispose();
    }

    private Task<AttemptResult> PlayAsync(string steps, int attempt = 1, params string[] tests)
    {
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), _source.Options, TimeProvider.System);
        var task = _source.Task(attempt) with { Tests = [.. tests.Select(test => new TestCommand(test))] };
        return new AttemptStory(_source.Options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(task, null, default);
    }

    private static string Run(string command) => $"- run: |\n    {command.Replace("\n", "\n    ", StringComparison.Ordinal)}\n";

    private async Task AssertTheNextAttemptSucceedsAsync()
    {
        var next = await PlayAsync(Fix, attempt: 2);
        Assert.IsType<AttemptOutcome.Succeeded>(next.Outcome);
        Assert.Equal([new FileChange("total.sh", 1, 1)], next.Diff?.Files);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_test_that_replaces_objects_does_not_hide_a_protected_path()
    {
        var result = await PlayAsync(
            Fix + "- {write: CODEOWNERS, text: '* @mallory'}\n", 1,
            "git replace -f $(git rev-parse HEAD^{tree}) $(git rev-parse HEAD^^{tree})");

        Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome);
        await AssertTheNextAttemptSucceedsAsync();
    }

    [Theory]
    [InlineData("printf '* -diff\\n' > $mirror/info/attributes")]
    [InlineData("mkdir -p $mirror/../../.config/git; printf '* -diff\\n' > $mirror/../../.config/git/attributes")]
    [InlineData("git config core.attributesFile $PWD/attributes; printf '* -diff\\n' > attributes")]
    public async Task A_test_that_calls_all_files_binary_changes_no_count(string command)
    {
        var result = await PlayAsync(Fix, 1, $"{Mirror} mkdir -p $mirror/info; {command}");

        Assert.Equal([new FileChange("total.sh", 1, 1)], result.Diff?.Files);
        await AssertTheNextAttemptSucceedsAsync();
    }

    [Theory]
    [InlineData("mkdir -p $mirror/info; echo '*' > $mirror/info/exclude")]
    [InlineData("mkdir -p $mirror/../../.config/git; echo '*' > $mirror/../../.config/git/ignore")]
    public async Task New_files_of_later_attempts_are_not_ignored(string command)
    {
        await PlayAsync(Fix, 1, Mirror + command);

        var result = await PlayAsync("- {write: new.txt, text: new}\n", 2, "true");

        Assert.Equal([new FileChange("new.txt", 1, 0)], result.Diff?.Files);
    }

    [Theory]
    [InlineData("git rev-parse HEAD^ > $mirror/shallow")]
    [InlineData("git branch -f claude HEAD 2>/dev/null || { git update-ref -d refs/heads/claude/wip/12-1-a1; git branch claude; }")]
    [InlineData("for path in work check; do git worktree lock ../$path; done")]
    [InlineData("git branch mine; git tag yours; git stash; git config extensions.worktreeConfig true; git sparse-checkout set lib")]
    [InlineData("echo /nowhere > $mirror/objects/info/alternates")]
    [InlineData("echo 'ref: refs/heads/trunk' > $mirror/HEAD; git update-ref refs/heads/trunk HEAD")]
    [InlineData("rm -rf $mirror/HEAD; mkdir $mirror/HEAD")]
    [InlineData("echo nonsense > $mirror/refs/heads/claude; git pack-refs --all; git symbolic-ref refs/heads/x refs/remotes/origin/trunk")]
    [InlineData("git update-ref -d refs/remotes/origin/trunk; git update-ref refs/remotes/origin/trunk/x HEAD")]
    [InlineData("echo nonsense > $mirror/refs/remotes/origin/trunk; touch $mirror/refs/remotes/origin/a.lock")]
    [InlineData("rm -rf $mirror/worktrees")]
    [InlineData("rm -rf $mirror/refs; echo > $mirror/refs")]
    [InlineData("mkdir $mirror/hooks-x; chmod 0 $mirror/hooks-x; ln -s / $mirror/link")]
    [InlineData("rm $mirror/config; mkdir $mirror/config")]
    public async Task What_is_left_in_the_git_folder_does_not_spoil_this_attempt_or_the_next(string command)
    {
        var result = await PlayAsync(Fix, 1, $"{Mirror} mkdir -p $mirror/objects/info; {command}; true");

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal("echo $((1 + 2))\n", _source.Show("claude/wip/12-1-a1", "total.sh"));
        Assert.IsType<AttemptOutcome.Succeeded>((await PlayAsync(Fix)).Outcome);
        await AssertTheNextAttemptSucceedsAsync();
    }

    [Theory]
    [InlineData("git config 'url.ext::touch PROOF .insteadOf' /; git config protocol.ext.allow always")]
    [InlineData("git config core.sshCommand 'touch PROOF'; git config url.ssh://x/.insteadOf /")]
    [InlineData("git config filter.evil.clean 'touch PROOF; cat'; git config filter.evil.smudge 'touch PROOF; cat'; echo '* filter=evil' > .gitattributes")]
    [InlineData("git config diff.evil.command 'touch PROOF'; git config diff.evil.textconv 'touch PROOF'; echo '* diff=evil' > .gitattributes")]
    [InlineData("git config merge.evil.driver 'touch PROOF'; echo '* merge=evil' > .gitattributes; git config core.fsmonitor 'touch PROOF'")]
    [InlineData("mkdir elsewhere; git init -q --bare elsewhere; cp -r $mirror/objects $mirror/refs elsewhere; printf '[filter \"evil\"]\\nclean=touch PROOF; cat\\nsmudge=touch PROOF; cat\\n' >> elsewhere/config; echo $PWD/elsewhere > $mirror/commondir; echo '* filter=evil' > .gitattributes")]
    [InlineData("printf '[include]\\npath = %s\\n' $PWD/more >> $mirror/config; printf '[filter \"evil\"]\\nclean=touch PROOF; cat\\n' > more; echo '* filter=evil' > .gitattributes")]
    public async Task Nothing_configured_by_coder_or_test_runs_with_our_git(string command)
    {
        command = command.Replace("PROOF", _proof["ran"], StringComparison.Ordinal);

        await PlayAsync(Fix + Run($"{Mirror} {command}; rm -f {_proof["ran"]}"), 1, $"{Mirror} {command}; rm -f {_proof["ran"]}");
        Assert.False(File.Exists(_proof["ran"]), "this attempt");

        await AssertTheNextAttemptSucceedsAsync();
        Assert.False(File.Exists(_proof["ran"]), "the next attempt");
    }

    [Fact]
    public async Task A_folder_deeper_than_the_longest_path_goes_too()
    {
        var result = await PlayAsync(Fix, 1, "i=0; while [ $i -lt 60 ]; do d=dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd$i; mkdir $d; cd $d; touch f; i=$((i+1)); done; chmod 500 .");

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        _source.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("rm total.sh; mkfifo total.sh")]
    [InlineData("mkfifo fifo; ln -s /etc dir; ln -s loop loop; mkdir -p a/.git b; ln -s / b/.git")]
    [InlineData("rm -r lib; ln -s /etc lib")]
    [InlineData("rm -r lib; mkdir lib; git init -q lib; echo b > lib/a.txt; echo n > lib/new.txt")]
    [InlineData("mkdir .GIT; echo x > .GIT/config")]
    [InlineData("mkdir -p sub/.Git; echo x > sub/.Git/config; echo x > 'git~1'")]
    [InlineData("printf x > \"$(printf 'a\\nb\"c')\"; printf x > ' '; printf x > -- ; printf x > :x; printf x > '*'; printf x > 'back\\slash'; printf x > $(printf '\\377\\376')")]
    [InlineData("mkdir -p ../check; touch ../check/x")]
    [InlineData("rm -rf .git; mkdir .git; echo x > .git/HEAD")]
    [InlineData("i=0; while [ $i -lt 60 ]; do d=dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd$i; mkdir $d; cd $d; touch f; i=$((i+1)); done")]
    public async Task Strange_files_do_not_lose_the_work(string command)
    {
        var result = await PlayAsync("- {write: work.txt, text: work}\n" + Run(command), 1, "true");

        Assert.IsNotType<AttemptOutcome.Failed>(result.Outcome);
        Assert.Equal("work\n", _source.Show("claude/wip/12-1-a1", "work.txt"));
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_a_coder_left_in_its_home_does_not_help_tests_pass()
    {
        var result = await PlayAsync(Fix + Run("echo x > $HOME/.npmrc; echo x > $TMPDIR/x"), 1, "test ! -e $HOME/.npmrc", "test ! -e $TMPDIR/x");

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
    }

    [Fact]
    public async Task A_test_s_daemons_are_gone_however_they_left()
    {
        var result = await PlayAsync(Fix, 1, "trap '' TERM HUP; (setsid sh -c 'trap \"\" TERM; sleep 1000 & sleep 1000' >/dev/null 2>&1 &); nohup sleep 1000 >/dev/null 2>&1 & exec >&- 2>&-; true");

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        _source.AssertNothingIsLeft();
    }
}
