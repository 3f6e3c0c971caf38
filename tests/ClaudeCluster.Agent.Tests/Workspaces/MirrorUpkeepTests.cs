namespace ClaudeCluster.Agent.Tests;

public sealed class MirrorUpkeepTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public MirrorUpkeepTests() => _source.Commit(("a.txt", "one\n"));

    public void Dispose() => _source.Dispose();

    private string Mirror => Path.Combine(_source.Options.Root, "mirrors", "4711.git");

    private string Packs => Path.Combine(Mirror, "objects", "pack");

    [Fact]
    public async Task What_a_killed_git_left_of_a_pack_goes_and_what_one_writes_now_stays()
    {
        await OpenAsync();
        Directory.CreateDirectory(Packs);
        var (old, young) = (Path.Combine(Packs, "tmp_pack_a1B2c3"), Path.Combine(Packs, "tmp_idx_d4E5f6"));
        File.WriteAllText(old, "half");
        File.WriteAllText(young, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));

        await OpenAsync();

        Assert.Equal((false, true), (File.Exists(old), File.Exists(young)));
    }

    [Fact]
    public async Task Many_packs_become_few_and_a_commit_that_no_branch_has_stays()
    {
        await OpenAsync();
        var lost = Run("tree=$(git mktree < /dev/null); GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a git commit-tree $tree -m lost").Trim();
        Run("for i in $(seq 60); do echo blob $i | git hash-object -w --stdin | git pack-objects -q objects/pack/pack; git prune-packed -q; done");
        Assert.True(Directory.GetFiles(Packs, "*.pack").Length >= 60);

        await OpenAsync();

        Assert.InRange(Directory.GetFiles(Packs, "*.pack").Length, 1, 10);
        Assert.Equal("lost", Run($"git log -1 --format=%s {lost}").Trim());
        Assert.Equal("blob 7", Run("git cat-file blob $(echo blob 7 | git hash-object --stdin)").Trim());
    }

    [Fact]
    public async Task Many_single_objects_become_a_pack()
    {
        await OpenAsync();
        Run("seq 9000 | while read i; do printf 'blob\\ndata %d\\n%s\\n' ${#i} $i; done | git -c fastimport.unpackLimit=100000 fast-import --quiet");
        Assert.True(Directory.GetFiles(Path.Combine(Mirror, "objects", "17")).Length > 27);

        await OpenAsync();

        Assert.True(Directory.GetFiles(Packs, "*.pack").Length >= 1);
        Assert.False(Directory.Exists(Path.Combine(Mirror, "objects", "17")) && Directory.GetFiles(Path.Combine(Mirror, "objects", "17")).Length > 27);
    }

    private async Task OpenAsync()
    {
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
    }

    private string Run(string command) => SourceRepository.Run("sh", "-c", $"cd '{Mirror}'; {command}");
}
