namespace ClaudeCluster.Agent.Tests;

/// <summary>
/// The agent is killed before and after each git command that makes, renews or uses a tree: what would then be on the disk is copied at that
/// moment, and the next start gets each of the copies.
/// </summary>
public sealed class KilledWhileSparesAreMadeTests : IDisposable
{
    // Of two attempts, the first without spares: a tree for the coder and one for the tests, each made and made ready again.
    private const int KillPoints = 24;

    private readonly SourceRepository _source = new();
    private readonly TempFolder _copies = new();

    public KilledWhileSparesAreMadeTests() => _source.Commit(("a.txt", "one\n"), ("folder/b.txt", "one\n"), ("folder/c.txt", "one\n"));

    public void Dispose()
    {
        _source.Dispose();
        _copies.Dispose();
    }

    [Fact]
    public async Task A_spare_that_was_half_made_or_half_taken_is_thrown_away()
    {
        var observed = Workspaces(WriteObserver());
        for (var attempt = 1; attempt <= 2; attempt++)
            await AttemptAsync(observed, attempt);
        var root = _source.Options.Root;
        var copies = Directory.GetDirectories(_copies["points"]).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(KillPoints, copies.Count);

        foreach (var copy in copies)
        {
            FolderRemoval.Remove(root);
            SourceRepository.Run("cp", "-a", copy, root);
            await AssertTheNextStartWorksAsync();
        }
    }

    [Theory]
    [InlineData("mirrors/4711.spares/issue-4711-12-1-a1.work", "attempts/issue-4711-12-1-a1/work.spare")]
    [InlineData("mirrors/4711.spares/issue-4711-12-1-a1.work/tree", "attempts/issue-4711-12-1-a1/work")]
    [InlineData("mirrors/4711.spares/issue-4711-12-1-a1.work/index", "attempts/issue-4711-12-1-a1/work.index")]
    public async Task A_spare_that_was_on_its_way_to_an_attempt_is_no_obstacle(string from, string to)
    {
        await AttemptAsync(Workspaces(), 1);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_source.Options.Root, to))!);
        Directory.Move(Path.Combine(_source.Options.Root, from), Path.Combine(_source.Options.Root, to));

        await AssertTheNextStartWorksAsync();
    }

    private async Task AssertTheNextStartWorksAsync()
    {
        var next = Workspaces();
        await next.CleanUpAfterCrashAsync(default);
        _source.AssertNothingIsLeft();
        await AttemptAsync(next, 1);
    }

    private async Task AttemptAsync(Workspaces workspaces, int attempt)
    {
        await using (var workspace = await workspaces.OpenAsync(_source.Task(attempt), default))
        {
            Assert.Equal("one\n", File.ReadAllText(Path.Combine(workspace.Folder, "a.txt")));
            Assert.Equal(string.Empty, SourceRepository.GitIn(workspace.Folder, "status", "--porcelain", "--ignored"));
            File.WriteAllText(Path.Combine(workspace.Folder, "a.txt"), "two\n");
            var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "work", default);
            var checkout = await workspace.CheckOutAsync(commit, default);
            Assert.Equal("two\n", File.ReadAllText(Path.Combine(checkout, "a.txt")));
            Assert.Equal(string.Empty, SourceRepository.GitIn(checkout, "status", "--porcelain", "--ignored"));
            File.WriteAllText(Path.Combine(checkout, "built.txt"), "by the tests");
            workspace.RemoveCheckOut();
        }
        await workspaces.SettleAsync();
        _source.AssertNothingIsLeft();
    }

    private Workspaces Workspaces(string path = "/usr/local/bin:/usr/bin:/bin")
    {
        var options = _source.Options with { Sandbox = new SandboxOptions(), Environment = new Dictionary<string, string> { ["PATH"] = path } };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);
    }

    /// <returns>A PATH whose git copies the agent's root before and after each command about a whole tree.</returns>
    private string WriteObserver()
    {
        Directory.CreateDirectory(_copies["points"]);
        var observer = _copies.Write("bin/git", $$"""
            #!/bin/sh
            keep() { flock '{{_copies["lock"]}}' sh -c 'cp -a "$1" "$2/$(ls "$2" | wc -l | xargs printf %03d)" 2>/dev/null' sh '{{_source.Options.Root}}' '{{_copies["points"]}}'; }
            case " $* " in *" read-tree "*|*" --debug "*|*" update-index "*) keep ;; esac
            /usr/bin/git "$@"
            code=$?
            case " $* " in *" read-tree "*|*" --debug "*|*" update-index "*) keep ;; esac
            exit $code

            """);
        File.SetUnixFileMode(observer, (UnixFileMode)0b111_101_101);
        return $"{_copies["bin"]}:/usr/bin:/bin";
    }
}
