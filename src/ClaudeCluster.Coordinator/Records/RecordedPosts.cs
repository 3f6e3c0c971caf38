using System.Security.Cryptography;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>Posts to GitHub that were begun, by this coordinator or one before it, kept for a month.</summary>
public sealed class RecordedPosts(IRecordStore records, TimeProvider time) : IPostLog
{
    private readonly RecentRecords _recent = new(records, "post", time);

    public async Task<bool> BeginAsync(string key, CancellationToken cancellationToken)
    {
        var mine = $"\"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}\"";
        return await _recent.KeepAsync(key, mine, cancellationToken) != mine;
    }
}
