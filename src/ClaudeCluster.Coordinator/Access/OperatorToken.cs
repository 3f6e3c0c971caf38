using System.Text.Json;
using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator;

/// <summary>The operator's token: made at the first start and shown once, or the operator's own.</summary>
internal sealed class OperatorToken
{
    private const string Kind = "credential";
    private const string Key = "operator";
    private readonly string _hash;

    private OperatorToken(string hash, string? fresh)
    {
        _hash = hash;
        Fresh = fresh;
    }

    /// <summary>To be shown once; null if there was one already.</summary>
    public string? Fresh { get; }

    public static async Task<OperatorToken> OpenAsync(IRecordStore records, string? own, CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await records.GetAsync(Kind, Key, cancellation);
            if (own is null && stored is not null)
                return new OperatorToken(JsonSerializer.Deserialize<string>(stored.Json)!, null);
            var token = own ?? Token.New(Token.OperatorPrefix);
            var hash = Token.Hash(token);
            if (await records.PutAsync(Kind, Key, JsonSerializer.Serialize(hash), stored?.Revision ?? 0, cancellation) is not null)
                return new OperatorToken(hash, own is null ? token : null);
        }
    }

    public bool Is(string token) => Token.AreEqual(Token.Hash(token), _hash);
}
