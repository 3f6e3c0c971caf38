using ClaudeCluster.DurableTask.Grpc.Client;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Tests;

public sealed class PersistenceTests
{
    private readonly Clock _clock = new();
    private readonly Heard _log = new();

    [Fact]
    public async Task A_delivery_that_is_refused_for_its_credential_is_kept_and_tried_in_ever_longer_pauses_that_are_told()
    {
        await DeliverAsync(StatusCode.Unauthenticated, times: 14);

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600, 600], _clock.Pauses.Select(pause => Math.Round(pause.TotalSeconds)));
        Assert.Equal(14, _log.Lines.Count);
        Assert.Contains("may have been revoked (not you)", _log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_to_a_hub_that_is_away_is_tried_soon_again_however_long_it_is()
    {
        await DeliverAsync(StatusCode.Unavailable, times: 14);

        Assert.Equal(15, _clock.Pauses.Max(pause => Math.Round(pause.TotalSeconds)));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_delivery_to_a_hub_that_has_too_much_to_do_is_kept_and_tried_in_ever_longer_pauses_that_are_told()
    {
        await DeliverAsync(StatusCode.ResourceExhausted, times: 14);

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600, 600], _clock.Pauses.Select(pause => Math.Round(pause.TotalSeconds)));
        Assert.Equal(14, _log.Lines.Count);
        Assert.Contains("takes no more of this for now (not you)", _log.Lines[0], StringComparison.Ordinal);
    }

    /// <summary>The answers that will not change: SDKs and hubs take each of these for the last word.</summary>
    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.Unimplemented)]
    public async Task A_definite_answer_ends_a_delivery(StatusCode status)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => DeliverAsync(status, times: 1));

        Assert.Equal(status, refused.StatusCode);
        Assert.Empty(_clock.Pauses);
    }

    private async Task DeliverAsync(StatusCode status, int times)
    {
        var persistence = new Persistence(new RemoteTaskHubOptions(), _clock, new AlmostOne(), _log);
        var calls = 0;
        var answer = await persistence.DeliverAsync(() => ++calls <= times ? throw new RpcException(status, "not you") : Task.FromResult("taken"), CancellationToken.None);
        Assert.Equal("taken", answer);
    }

    /// <summary>Each pause is over at once, and remembered.</summary>
    private sealed class Clock : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private sealed class AlmostOne : Random
    {
        public override double NextDouble() => 0.9999;
    }

    private sealed class Heard : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
