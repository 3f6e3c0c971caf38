namespace ClaudeCluster.Agent.Tests;

/// <summary>Files that git-lfs keeps elsewhere: the commit has a pointer of them, and the push sends the real ones.</summary>
public sealed class LargeFileRulesTests : IDisposable
{
    private const string Own = "own-secret-of-the-agent-4711";

    private readonly SourceRepository _source = new();

    public LargeFileRulesTests()
    {
        _source.Git("config", "filter.lfs.process", "git-lfs filter-process");
        _source.Git("config", "filter.lfs.required", "true");
        _source.Commit((".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"), ("big.bin", "one\n"), ("a.txt", "one\n"));
    }

    public void Dispose() => _source.Dispose();

    [Theory]
    [InlineData("printf 'first\\nown-secret-of-the-agent-4711\\n' > big.bin", "big.bin:2 holds a secret of this agent itself.")]
    [InlineData("(yes | head -c 300000 | tr -d '\\n'; printf own-secret-of-the-agent-4711; yes | head -c 90000 | tr -d '\\n') > new.bin", "new.bin:1 holds a secret of this agent itself.")]
    [InlineData("(yes | head -c 65508; printf own-secret-of-the-agent-4711) > new.bin", "new.bin:32755 holds a secret of this agent itself.")]
    [InlineData("(printf 'x\\0y\\n'; printf own-secret-of-the-agent-4711) > new.bin", "new.bin:2 holds a secret of this agent itself.")]
    public async Task A_secret_in_a_large_file_is_withheld_and_its_object_is_not_sent(string command, string finding)
    {
        var result = await PlayAsync(command);

        Assert.Contains(finding, Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome).Reasons);
        Assert.Empty(_source.Git("for-each-ref", "refs/heads/claude"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(_source.Folder, ".git", "lfs", "objects"), "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(Own, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_size_is_the_object_s()
    {
        var result = await PlayAsync("head -c 12000000 /dev/zero > new.bin");

        Assert.Contains("new.bin has 11 MB; the limit is 10 MB.", Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome).Reasons);
    }

    [Theory]
    [InlineData("printf 'x\\0y' > big.bin", true)]
    [InlineData("printf 'text\\n' > big.bin", false)]
    public async Task It_is_binary_if_its_object_is(string command, bool isBinary)
    {
        var result = await PlayAsync(command);

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal(isBinary, result.Diff!.Warnings.Contains("big.bin is binary: nobody can review it line by line."));
        Assert.Equal(isBinary, Assert.Single(result.Diff.Files).Added is null);
    }

    private Task<AttemptResult> PlayAsync(string command)
    {
        var options = _source.Options with { Secrets = [Own] };
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n- {{run: \"{command.Replace("\\", "\\\\", StringComparison.Ordinal)}\"}}\n", "play.yml"), options, TimeProvider.System);
        return new AttemptStory(options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(_source.Task(), null, default);
    }
}
