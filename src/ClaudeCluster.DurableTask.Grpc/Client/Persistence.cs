using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>Pauses between attempts: random, so that a hundred workers do not come back in the same instant, and ever longer.</summary>
internal sealed class Pauses(TimeSpan first, TimeSpan longest, TimeProvider time, Random random)
{
    private int _attempts;

    public void Reset() => _attempts = 0;

    public Task WaitAsync(CancellationToken cancellation)
    {
        var most = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts++, 20)));
        double part;
        lock (random)
            part = random.NextDouble();
        return Task.Delay(TimeSpan.FromMilliseconds(most * part), time, cancellation);
    }
}

/// <summary>Tries again what may be tried again.</summary>
internal sealed class Persistence(RemoteTaskHubOptions options, TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // A wrong credential only a person can change, and a hub counts whoever comes with one. And who comes too often is to come less often.
    private static readonly TimeSpan FirstPauseOfRefused = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPauseOfRefused = TimeSpan.FromMinutes(10);

    /// <summary>A call that does no harm if it is made twice: again while the hub cannot be reached and patience lasts.</summary>
    public Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancellation) =>
        AgainAsync(call, static e => e.StatusCode == StatusCode.Unavailable, options.Patience, cancellation);

    /// <summary>A call that must not be made twice: again only if it was never sent.</summary>
    public Task<T> SendOnceAsync<T>(Func<Task<T>> call, CancellationToken cancellation) =>
        AgainAsync(call, static e => e.NeverSent, options.Patience, cancellation);

    /// <summary>A wait: also again if its deadline, or that of something on the way, is over.</summary>
    public Task<T> WaitAsync<T>(Func<Task<T>> call, CancellationToken cancellation) =>
        AgainAsync(call, static e => e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded, options.Patience, cancellation);

    /// <summary>What must reach the hub: until it has an answer that will not change.</summary>
    public Task<T> DeliverAsync<T>(Func<Task<T>> call, CancellationToken cancellation) => AgainAsync(call, IsPassing, Timeout.InfiniteTimeSpan, cancellation);

    private static bool IsPassing(RpcException e) => e.StatusCode is StatusCode.Unavailable or StatusCode.Unknown or StatusCode.DeadlineExceeded
        or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Aborted || e.IsOfTheWay || IsRefused(e) || IsTooMuch(e);

    /// <summary>Too many calls for now, mostly; or a message too large for ever, which only its lease ends: who answers does not say which.</summary>
    private static bool IsTooMuch(RpcException e) => e.StatusCode == StatusCode.ResourceExhausted;

    private static bool IsRefused(RpcException e) => e.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied;

    private async Task<T> AgainAsync<T>(Func<Task<T>> call, Func<RpcException, bool> mayRepeat, TimeSpan patience, CancellationToken cancellation)
    {
        var pauses = new Pauses(FirstPause, LongestPause, time, random);
        var refused = new Pauses(FirstPauseOfRefused, LongestPauseOfRefused, time, random);
        long? trouble = null;
        while (true)
        {
            var began = time.GetTimestamp();
            var next = pauses;
            try
            {
                return await call();
            }
            catch (RpcException e) when (mayRepeat(e))
            {
                // A wait that was cut off after hours is the first trouble, not the last.
                if (time.GetElapsedTime(began) > LongestPause)
                    trouble = null;
                trouble ??= time.GetTimestamp();
                if (patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(trouble.Value) >= patience)
                    throw;
                if (IsRefused(e))
                {
                    next = refused;
                    logger.CredentialRefused(e.Detail, LongestPauseOfRefused.TotalMinutes);
                }
                else if (IsTooMuch(e))
                {
                    next = refused;
                    logger.TooMuchForHub(e.Detail, LongestPauseOfRefused.TotalMinutes);
                }
            }

            await next.WaitAsync(cancellation);
        }
    }
}
