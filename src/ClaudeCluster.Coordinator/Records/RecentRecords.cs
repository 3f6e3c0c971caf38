using System.Globalization;
using ClaudeCluster.DurableTask.Storage.Records;

namespace ClaudeCluster.Coordinator;

/// <summary>Records that are of use for a month, and are forgotten after two.</summary>
/// <param name="records">Where they are.</param>
/// <param name="name">What they are, in a word.</param>
/// <param name="time">For what month it is.</param>
internal sealed class RecentRecords(IRecordStore records, string name, TimeProvider time)
{
    private const int ForgottenAtOnce = 2;

    /// <returns>What is kept under the key: what was said first.</returns>
    public async Task<string?> KeepAsync(string key, string json, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (await records.GetAsync(KindOf(now, monthsAgo: 1), key, cancellation) is { } lastMonth)
            return lastMonth.Json;
        if (await records.PutAsync(KindOf(now, monthsAgo: 0), key, json, expected: 0, cancellation) is null)
            return (await records.GetAsync(KindOf(now, monthsAgo: 0), key, cancellation))?.Json;
        await ForgetSomeAsync(KindOf(now, monthsAgo: 2), cancellation);
        return json;
    }

    /// <summary>With each that comes a few old ones go, so there are never more than come in two months.</summary>
    private async Task ForgetSomeAsync(string kind, CancellationToken cancellation)
    {
        foreach (var old in await records.ListAsync(kind, prefix: string.Empty, after: null, ForgottenAtOnce, cancellation))
            await records.DeleteAsync(kind, old.Key, old.Revision, cancellation);
    }

    private string KindOf(DateTimeOffset now, int monthsAgo) => $"{name}-{now.AddMonths(-monthsAgo).ToString("yyyyMM", CultureInfo.InvariantCulture)}";
}
