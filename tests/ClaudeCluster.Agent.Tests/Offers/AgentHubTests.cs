using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Agent.Tests;

public sealed class AgentHubTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly OfferGate _gate = new(TimeProvider.System);
    private readonly Referee _referee = new();

    public void Dispose()
    {
        _gate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_result_that_no_disk_takes_is_sent_all_the_same()
    {
        // A file in the place of the journal's folder: what the system answers to a full disk is an IOException too.
        var hub = new AgentHub(_referee, _gate, new ResultJournal(_folder.Write("journal", "x")), text => text, NullLogger.Instance);

        var receipt = await hub.CompleteAsync(new ActivityCompletion(Item, "\"done\"", null), CancellationToken.None);

        Assert.Equal(Receipt.Accepted, receipt);
        Assert.Equal("\"done\"", _referee.Completed?.Result);
    }

    [Fact]
    public async Task A_result_is_stored_before_it_is_sent_and_forgotten_when_it_has_an_answer()
    {
        var stored = 0;
        _referee.OnCompletion = () => stored = Directory.GetFiles(_folder["journal"]).Length;
        var hub = new AgentHub(_referee, _gate, new ResultJournal(_folder["journal"]), text => text, NullLogger.Instance);

        await hub.CompleteAsync(new ActivityCompletion(Item, "\"done\"", null), CancellationToken.None);

        Assert.Equal(1, stored);
        Assert.Empty(Directory.GetFiles(_folder["journal"]));
    }

    private static ActivityWorkItem Item => new("issue-1-2-1-a1", "e", "token", 3, "RunAgent:backend", string.Empty, null, new Dictionary<string, string>(StringComparer.Ordinal));
}
