namespace ClaudeCluster.Agent.Tests;

public sealed class OfferGateTests
{
    [Fact]
    public void It_is_open_only_when_every_reason_is_gone()
    {
        using var gate = new OfferGate(TimeProvider.System);
        var (_, changed) = gate.Watch();

        gate.Close("account", "usage limit");
        gate.Close("host", "no git");
        gate.Open("account");

        Assert.True(changed.IsCancellationRequested);
        Assert.Equal("no git", gate.Problem);
        gate.Open("host");
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public async Task A_reason_with_a_time_goes_by_itself()
    {
        using var gate = new OfferGate(TimeProvider.System);

        gate.Close("account", "usage limit", TimeProvider.System.GetUtcNow().AddMilliseconds(50));
        var opened = new TaskCompletionSource();
        await using var told = gate.Watch().Changed.Register(opened.SetResult);

        Assert.False(gate.IsOpen);
        await opened.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public void A_place_is_taken_once_and_free_again_when_it_is_given_up()
    {
        using var folder = new TempFolder();
        var slots = new Slots(folder["slots"], 2, TimeProvider.System);

        var first = slots.TryTake();
        using var second = slots.TryTake();

        Assert.NotNull(second);
        Assert.Null(slots.TryTake());
        first!.Dispose();
        using var again = slots.TryTake();
        Assert.NotNull(again);
    }
}
