using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.Webhooks;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>A GitHub on a bad day: answers break, limits strike, lists lag, deliveries come twice, late and in the wrong order, or not at all until somebody sends them again.</summary>
internal sealed class Mishaps : IAsyncDisposable
{
    private static readonly Fault[] Kinds =
    [
        Fault.BadGateway, Fault.BadGatewayAfterEffect, Fault.ResetBeforeEffect, Fault.ResetAfterEffect,
        Fault.PrimaryLimit, Fault.SecondaryLimit, Fault.TooManyRequests, Fault.Unprocessable, Fault.ServerError, Fault.CutOff,
    ];

    private static readonly DeliveryFate[] Fates = [DeliveryFate.Sent, DeliveryFate.Duplicated, DeliveryFate.Lost, DeliveryFate.Held];
    private readonly FakeGitHubServer _gitHub;
    private readonly Random _random;
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedDictionary<string, int> _planned = new(StringComparer.Ordinal);
    private readonly Task _going;

    public Mishaps(FakeGitHubServer gitHub, Random random)
    {
        (_gitHub, _random) = (gitHub, random);
        (gitHub.Faults.RetryAfter, gitHub.Faults.ResetAfter) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        (gitHub.World.BranchLag, gitHub.World.ListLag) = (1, 1);
        _going = Task.WhenAll(Task.Run(BreakAsync), Task.Run(SendAgainAsync));
    }

    public override string ToString() => string.Join(", ", _planned.Select(fault => $"{fault.Key} {fault.Value}"));

    /// <summary>The good days come back; what was not delivered is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _going;
        _gitHub.Faults.Clear();
        _stop.Dispose();
    }

    private async Task BreakAsync()
    {
        for (var next = 0; !_stop.IsCancellationRequested; await PauseAsync(200))
        {
            // By requests and not by time: what is repeated must come through in the end.
            var asked = _gitHub.Requests.All.Count;
            if (asked < next)
                continue;
            next = asked + _random.Next(5, 12);
            var fault = Kinds[_random.Next(Kinds.Length)];
            _gitHub.Faults.Plan("*", fault);
            _gitHub.Webhooks.Plan(Fates[_random.Next(Fates.Length)]);
            _planned[$"{fault}"] = _planned.GetValueOrDefault($"{fault}") + 1;
        }
    }

    /// <summary>What was held comes late, and the last first. What was lost is sent again as by a person with GitHub's page of deliveries.</summary>
    private async Task SendAgainAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _gitHub.Webhooks.ReleaseAsync();
            foreach (var delivery in _gitHub.Webhooks.Undelivered)
                await _gitHub.Webhooks.RedeliverAsync(delivery);
            await PauseAsync(500);
        }
    }

    /// <summary>The moment of a mishap is what is tried here.</summary>
    private Task PauseAsync(int milliseconds) => Task.Delay(milliseconds, _stop.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
