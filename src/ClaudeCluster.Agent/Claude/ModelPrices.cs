namespace ClaudeCluster.Agent;

/// <summary>Tokens of one answer of the model, as its bill counts them.</summary>
internal readonly record struct TokenCount(long Input, long CacheWrite, long CacheRead, long Output);

/// <summary>
/// PURE. List prices in dollars for a million tokens, by the family in a model's name. They are here to stop an attempt, not to write a bill: a
/// model that is not known costs what the dearest does.
/// </summary>
internal static class ModelPrices
{
    private const decimal Million = 1_000_000m;

    // What is written to the cache for an hour costs twice, what is read from it a tenth.
    private const decimal CacheWrite = 2m;
    private const decimal CacheRead = 0.1m;

    private static readonly (string Family, decimal Input, decimal Output)[] Table =
    [
        // The first that the name contains: the present generation as CLI 2.1.330 reckons it, then what a family has ever cost at most.
        ("opus-5", 4, 20),
        ("sonnet-5", 2, 10),
        ("haiku-5", 0.5m, 2.5m),
        ("fable", 8, 40),
        ("opus", 15, 75),
        ("sonnet", 3, 15),
        ("haiku", 1, 5),
    ];

    private static readonly (string Family, decimal Input, decimal Output) Dearest = Table.MaxBy(price => price.Output);

    public static decimal Cost(string model, TokenCount tokens)
    {
        var price = Table.FirstOrDefault(price => model.Contains(price.Family, StringComparison.OrdinalIgnoreCase), Dearest);
        var input = tokens.Input + (tokens.CacheWrite * CacheWrite) + (tokens.CacheRead * CacheRead);
        return ((input * price.Input) + (tokens.Output * price.Output)) / Million;
    }
}
