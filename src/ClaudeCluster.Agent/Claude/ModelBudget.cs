using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>What an attempt has used at the model, and when the model wants to be asked again. Safe for requests at the same time.</summary>
/// <param name="limit">Dollars; no request is begun once they are spent, so the last answer may overshoot.</param>
internal sealed class ModelBudget(decimal limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TokenCount _tokens;
    private decimal _usd;
    private DateTimeOffset? _retryAt;
    private bool _refused;

    public decimal Limit => limit;

    public decimal Usd
    {
        get
        {
            lock (_lock)
                return _usd;
        }
    }

    public TokenCount Tokens
    {
        get
        {
            lock (_lock)
                return _tokens;
        }
    }

    /// <summary>A request was refused for it.</summary>
    public bool IsUsedUp
    {
        get
        {
            lock (_lock)
                return _refused;
        }
    }

    /// <summary>How long the API asked to wait in its last answer; null: it did not. The CLI hides it when it is more than a minute.</summary>
    public TimeSpan? RetryAfter
    {
        get
        {
            lock (_lock)
                return _retryAt - time.GetUtcNow() is { } left ? TimeSpan.FromSeconds(Math.Max(0, Math.Ceiling(left.TotalSeconds))) : null;
        }
    }

    public bool TryBegin()
    {
        lock (_lock)
        {
            _refused |= _usd >= limit;
            return !_refused;
        }
    }

    public void Spend(string model, TokenCount tokens)
    {
        lock (_lock)
        {
            _usd += ModelPrices.Cost(model, tokens);
            _tokens = new TokenCount(_tokens.Input + tokens.Input, _tokens.CacheWrite + tokens.CacheWrite, _tokens.CacheRead + tokens.CacheRead, _tokens.Output + tokens.Output);
        }
    }

    /// <param name="status">Of the API's answer.</param>
    /// <param name="header">A header's value by its name; null if there is none.</param>
    public void Hear(int status, Func<string, string?> header)
    {
        lock (_lock)
            _retryAt = status is 429 or 503 or 529 ? RetryAt(header) : null;
    }

    private DateTimeOffset? RetryAt(Func<string, string?> header)
    {
        var now = time.GetUtcNow();
        if (header("retry-after") is { } said)
        {
            if (double.TryParse(said, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < TimeSpan.FromDays(8).TotalSeconds)
                return now + TimeSpan.FromSeconds(seconds);
            if (DateTimeOffset.TryParse(said, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date < now + TimeSpan.FromDays(8))
                return date;
        }
        // Without it: when the last of the windows that are empty opens again.
        return Windows
            .Where(window => header($"anthropic-ratelimit-{window}-remaining") == "0")
            .Select(window => DateTimeOffset.TryParse(header($"anthropic-ratelimit-{window}-reset"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset) ? reset : (DateTimeOffset?)null)
            .Where(reset => reset > now && reset < now + TimeSpan.FromDays(8))
            .Max();
    }

    private static readonly string[] Windows = ["requests", "tokens", "input-tokens", "output-tokens"];
}
