using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Agent.Tests;

public sealed class AttemptLogsTests : IDisposable
{
    private readonly SourceRepository _source = new();
    private readonly TempFolder _folder = new();
    private readonly OfferGate _gate = new(TimeProvider.System);

    public void Dispose()
    {
        _gate.Dispose();
        _folder.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task What_is_older_than_it_is_kept_goes_at_the_end_of_each_attempt()
    {
        var logs = new AttemptLogs(_folder.Root, 100_000, TimeSpan.FromDays(7), text => text, TimeProvider.System);
        var desk = new AttemptDesk(
            _source.Options.AgentId, _ => throw new NotSupportedException(), _gate, new NoCoordinator(), logs, text => text, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        File.SetLastWriteTimeUtc(_folder.Write("issue-1-1-1-a1/claude_code.log", "old"), DateTime.UtcNow.AddDays(-8));
        File.SetLastWriteTimeUtc(_folder.Write("issue-1-1-1-a2/claude_code.log", "young"), DateTime.UtcNow.AddDays(-6));

        await using (var listener = desk.Begin(_source.Task()))
            listener.Report("hello");

        Assert.Equal(["issue-1-1-1-a2", "issue-4711-12-1-a1"], Directory.GetDirectories(_folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
