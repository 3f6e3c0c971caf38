namespace ClaudeCluster.Agent.Tests;

/// <summary>Hooks that come into the mirror between two commands, as another attempt without a sandbox could put them there.</summary>
public sealed class HooksTests : IDisposable
{
    private readonly SourceRepository _source = new();
    private readonly TempFolder _proof = new();

    public void Dispose()
    {
        _source.Dispose();
        _proof.Dispose();
    }

    [Fact]
    public async Task A_hook_that_appears_just_before_a_command_of_ours_does_not_run()
    {
        _source.Commit(("a.txt", "one\n"));
        var options = _source.Options with { Environment = new Dictionary<string, string> { ["PATH"] = WriteGitThatPutsHooksThere() } };
        var git = new Git(options, TimeProvider.System);
        var publishing = new CommitAndPush(git);

        await using var workspace = await new Workspaces(options, git, _ => _source.Folder, TimeProvider.System).OpenAsync(_source.Task(), default);
        File.WriteAllText(Path.Combine(workspace.Folder, "a.txt"), "two\n");
        var commit = await publishing.CommitAsync(workspace, "work", default);
        await workspace.CheckOutAsync(commit, default);
        await publishing.PushAsync(workspace, commit, "claude/wip/12-1-a1", default);

        Assert.Equal("two\n", _source.Show("claude/wip/12-1-a1", "a.txt"));
        Assert.True(File.Exists(_proof["put"]), "No hook was there.");
        Assert.False(File.Exists(_proof["ran"]));
    }

    /// <returns>A PATH.</returns>
    private string WriteGitThatPutsHooksThere()
    {
        Make("hook", $"#!/bin/sh\ncat > /dev/null\ntouch {_proof["ran"]}\n");
        Make("bin/git", $$"""
            #!/bin/sh
            for mirror in {{_source.Options.Root}}/mirrors/*.git {{_source.Options.Root}}/mirrors/*.git.new; do
              [ -d $mirror/objects ] || continue
              mkdir -p $mirror/hooks && touch {{_proof["put"]}}
              for name in reference-transaction post-index-change post-checkout pre-push pre-commit; do cp -p {{_proof["hook"]}} $mirror/hooks/$name; done
            done
            exec /usr/bin/git "$@"

            """);
        return $"{_proof["bin"]}:/usr/bin:/bin";
    }

    private void Make(string name, string text) => File.SetUnixFileMode(_proof.Write(name, text), (UnixFileMode)0b111_101_101);
}
