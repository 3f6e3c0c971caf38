using System.Globalization;
using System.Net.Http.Headers;

namespace ClaudeCluster.GitHub;

/// <summary>
/// The one budget of all flows: what GitHub still allows, by its own headers, and how much content was made. It never waits; it says until when to.
/// </summary>
/// <param name="clock">For the caps and for what is over.</param>
public sealed class ApiBudget(TimeProvider clock)
{
    /// <summary>Source: GitHub's secondary limits, "no more than 80 content-generating requests per minute".</summary>
    public const int MostContentInAMinute = 80;

    /// <summary>Source: the same page, "no more than 500 content-generating requests per hour".</summary>
    public const int MostContentInAnHour = 500;

    /// <summary>Source: the same page, "no more than 100 concurrent requests"; half of it, for others work with the same account.</summary>
    public const int MostAtOnce = 50;

    private readonly Lock _gate = new();
    private readonly Dictionary<Purse, Allowance> _allowances = [];
    private readonly Dictionary<string, Queue<DateTimeOffset>> _content = new(StringComparer.Ordinal);
    private long _requests;

    /// <summary>All that were sent, answered or not.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <returns>What is left in this hour by the last answer and what was sent since; null: nothing is known yet.</returns>
    /// <param name="account">Who pays, see <see cref="GitHubLogin"/>.</param>
    /// <param name="resource">As in <c>core</c>, <c>graphql</c>.</param>
    public int? RemainingOf(string account, string resource = "core")
    {
        lock (_gate)
            return _allowances.TryGetValue(new(account, resource), out var allowance) && allowance.ResetAt > clock.GetUtcNow() ? allowance.Remaining : null;
    }

    /// <summary>Held by a request from its sending to its answer.</summary>
    internal SemaphoreSlim AtOnce { get; } = new(MostAtOnce);

    /// <summary>Takes one request out of the budget, before it is sent.</summary>
    /// <exception cref="GitHubException.PrimaryLimit">Nothing is left until then.</exception>
    /// <exception cref="GitHubException.SecondaryLimit">GitHub asked for a pause, or the caps of content are reached.</exception>
    internal void Take(string account, GitHubRequest request)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_allowances.TryGetValue(new(account, request.Resource), out var allowance))
                allowance.Take(request.Place, now);
            if (request.CreatesContent)
                TakeContent(account, request.Place, now);
        }

        Interlocked.Increment(ref _requests);
    }

    internal void Note(string account, string resource, HttpResponseHeaders headers)
    {
        if (Number(headers, "x-ratelimit-remaining") is not { } remaining || ResetOf(headers) is not { } resetAt)
            return;
        lock (_gate)
        {
            var allowance = AllowanceOf(account, resource);

            // Answers overtake each other: within one hour what is left only falls.
            allowance.Remaining = allowance.ResetAt == resetAt ? Math.Min(allowance.Remaining, remaining) : remaining;
            allowance.ResetAt = resetAt;
        }
    }

    internal void Pause(string account, string resource, DateTimeOffset until)
    {
        lock (_gate)
            AllowanceOf(account, resource).PausedUntil = until;
    }

    internal static DateTimeOffset? ResetOf(HttpResponseHeaders headers) =>
        Number(headers, "x-ratelimit-reset") is { } reset ? DateTimeOffset.FromUnixTimeSeconds(reset) : null;

    internal static int? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private void TakeContent(string account, string place, DateTimeOffset now)
    {
        if (!_content.TryGetValue(account, out var made))
            _content[account] = made = new();
        while (made.TryPeek(out var oldest) && oldest <= now - TimeSpan.FromHours(1))
            made.Dequeue();
        if (made.Count >= MostContentInAnHour)
            throw new GitHubException.SecondaryLimit(place, made.Peek() + TimeSpan.FromHours(1));
        if (made.Count >= MostContentInAMinute && made.ElementAt(made.Count - MostContentInAMinute) is var first && first > now - TimeSpan.FromMinutes(1))
            throw new GitHubException.SecondaryLimit(place, first + TimeSpan.FromMinutes(1));
        made.Enqueue(now);
    }

    private Allowance AllowanceOf(string account, string resource)
    {
        var purse = new Purse(account, resource);
        if (!_allowances.TryGetValue(purse, out var allowance))
            _allowances[purse] = allowance = new();
        return allowance;
    }

    private readonly record struct Purse(string Account, string Resource);

    private sealed class Allowance
    {
        public int Remaining { get; set; } = int.MaxValue;

        public DateTimeOffset ResetAt { get; set; }

        public DateTimeOffset PausedUntil { get; set; }

        public void Take(string place, DateTimeOffset now)
        {
            if (PausedUntil > now)
                throw new GitHubException.SecondaryLimit(place, PausedUntil);
            if (ResetAt <= now)
                return;
            if (Remaining <= 0)
                throw new GitHubException.PrimaryLimit(place, ResetAt);
            Remaining--;
        }
    }
}
