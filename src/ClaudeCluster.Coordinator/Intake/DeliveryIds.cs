using System.Security.Cryptography;
using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// The deliveries of the last one to two months, by GitHub's id of each, with a hash of the body. GitHub sends a delivery again under its own
/// id and with its own body; an id that comes with another body is none of GitHub's. Longer than that GitHub does not keep them either.
/// </summary>
internal sealed class DeliveryIds(IRecordStore records, TimeProvider time)
{
    private readonly RecentRecords _recent = new(records, "delivery", time);

    /// <returns>False: the id is that of another body.</returns>
    public async Task<bool> KeepAsync(Guid id, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var hash = $"\"{Convert.ToHexStringLower(SHA256.HashData(body.Span))}\"";
        return await _recent.KeepAsync(id.ToString("D"), hash, cancellation) == hash;
    }
}
