namespace ClaudeCluster.Agent.Tests;

public sealed class TaskMemoryTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public void Dispose() => _source.Dispose();

    private string Root => _source.Options.Root;

    private TaskMemory? Open(int attempt = 1, TimeProvider? time = null) => TaskMemory.TryOpen(Root, _source.Task(attempt), time ?? TimeProvider.System);

    [Fact]
    public void The_next_attempt_finds_what_the_last_one_left()
    {
        using (var first = Open())
            LastSession.Write(first!.Folder, "the-session");
        using var second = Open(attempt: 2);

        Assert.Equal("the-session", second!.SessionFor(_source.Task(2), new AgentId("pc-1")));
    }

    [Fact]
    public void Two_attempts_at_one_task_have_it_one_after_the_other()
    {
        using var first = Open();

        Assert.Null(Open(attempt: 2));
    }

    [Fact]
    public void What_was_not_used_for_two_weeks_goes_and_what_is_in_use_stays()
    {
        string old;
        using (var memory = Open())
            old = memory!.Folder;
        using var used = TaskMemory.TryOpen(Root, _source.Task() with { Issue = _source.Task().Issue with { Number = 13 } }, TimeProvider.System);
        var later = new At(DateTimeOffset.UtcNow.AddDays(15));
        TaskMemory.TryOpen(Root, _source.Task() with { Issue = _source.Task().Issue with { Number = 14 } }, later)!.Dispose();

        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(used!.Folder));
    }

    [Fact]
    public void A_disk_without_room_takes_what_nobody_uses()
    {
        using (var memory = Open())
            File.WriteAllBytes(Path.Combine(memory!.Folder, "transcript"), new byte[200_000]);
        var limited = _source.Options with { Resources = new ResourceLimits { DiskBytes = 100_000, FreeDiskBytes = 0 } };

        new DiskRoom(limited).Make([], []);

        Assert.Empty(Directory.GetDirectories(Path.Combine(Root, "sessions")));
    }

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
