using System.Globalization;
using System.Security.Cryptography;
using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// The deliveries of the last one to two months, by GitHub's id of each, with a hash of the body. GitHub sends a delivery again under its own
/// id and with its own body; an id that comes with another body is none of GitHub's. Longer than that GitHub does not keep them either.
/// </summary>
internal sealed class DeliveryIds(IRecordStore records, TimeProvider time)
{
    private const int ForgottenAtOnce = 2;

    /// <returns>False: the id is that of another body.</returns>
    public async Task<bool> KeepAsync(Guid id, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var (key, hash) = (id.ToString("D"), $"\"{Convert.ToHexStringLower(SHA256.HashData(body.Span))}\"");
        var now = time.GetUtcNow();
        if (await records.GetAsync(KindOf(now, monthsAgo: 1), key, cancellation) is { } lastMonth)
            return lastMonth.Json == hash;
        if (await records.PutAsync(KindOf(now, monthsAgo: 0), key, hash, expected: 0, cancellation) is null)
            return (await records.GetAsync(KindOf(now, monthsAgo: 0), key, cancellation))?.Json == hash;
        await ForgetSomeAsync(KindOf(now, monthsAgo: 2), cancellation);
        return true;
    }

    /// <summary>With each that comes a few old ones go, so there are never more than come in two months.</summary>
    private async Task ForgetSomeAsync(string kind, CancellationToken cancellation)
    {
        foreach (var old in await records.ListAsync(kind, prefix: string.Empty, after: null, ForgottenAtOnce, cancellation))
            await records.DeleteAsync(kind, old.Key, old.Revision, cancellation);
    }

    private static string KindOf(DateTimeOffset now, int monthsAgo) => $"delivery-{now.AddMonths(-monthsAgo).ToString("yyyyMM", CultureInfo.InvariantCulture)}";
}
