using System.Net;

namespace ClaudeCluster.Coordinator;

/// <summary>Who has sent wrong credentials lately. After some of them an address is not listened to for a while.</summary>
internal sealed class FailedCredentials(TimeProvider time)
{
    public const int Allowed = 10;
    private const int MostRemembered = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (int Failures, DateTimeOffset Until)> _addresses = [];

    public static TimeSpan Window { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Counts one more; true if it was the one too many.</summary>
    public bool Count(IPAddress address)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_addresses.Count >= MostRemembered)
                Forget(now);
            var failures = _addresses.TryGetValue(address, out var known) && known.Until > now ? known.Failures + 1 : 1;
            _addresses[address] = (failures, now + Window);
            return failures == Allowed;
        }
    }

    /// <summary>For how long this address is not listened to; null if it is.</summary>
    public TimeSpan? BlockedFor(IPAddress address)
    {
        lock (_lock)
        {
            return _addresses.TryGetValue(address, out var known) && known.Failures >= Allowed && known.Until > time.GetUtcNow()
                ? known.Until - time.GetUtcNow()
                : null;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var over in _addresses.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).ToList())
            _addresses.Remove(over);
        if (_addresses.Count >= MostRemembered)
            _addresses.Clear();
    }
}
