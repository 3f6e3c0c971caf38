using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>
/// Results that were stored on this disk before they were sent, one file each, whole or not at all. An entry that a crash left is sent once
/// more by the next process: the completion token is the fence, so it is either still good, or the attempt was decided meanwhile and the
/// hub refuses it. Either way the entry goes.
/// </summary>
public sealed class ResultJournal(string folder)
{
    private const string Ending = ".json";

    /// <returns>What <see cref="Forget"/> takes.</returns>
    public async Task<string> StoreAsync(ActivityCompletion completion)
    {
        Directory.CreateDirectory(folder);
        var item = completion.Item;
        var path = Path.Combine(folder, NameOf(item.Token));
        var entry = new Entry(item.InstanceId, item.ExecutionId, item.Token, item.TaskId, item.Name.Name, completion.Result, completion.Failure);
        await WholeFile.WriteAsync(path, JsonSerializer.Serialize(entry));
        return path;
    }

    public static void Forget(string entry) => File.Delete(entry);

    /// <summary>Sends what an earlier process left. One that cannot be read is put aside.</summary>
    public async Task DeliverLeftoversAsync(ITaskHub hub, ILogger logger, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var path in Directory.GetFiles(folder, "*" + Ending).Order(StringComparer.Ordinal))
        {
            if (await ReadAsync(path, cancellationToken) is not { } entry)
            {
                File.Move(path, path + ".unreadable", overwrite: true);
                continue;
            }

            logger.ResultLeftOver(entry.Instance);
            var item = new ActivityWorkItem(entry.Instance, entry.Execution, entry.Token, entry.Task, entry.Name, string.Empty, null, new Dictionary<string, string>(StringComparer.Ordinal));
            if (await hub.CompleteAsync(new ActivityCompletion(item, entry.Result, entry.Failure), cancellationToken) == Receipt.LeaseLost)
                logger.ResultDiscarded(entry.Instance);
            else
                logger.ResultDelivered(entry.Instance);
            File.Delete(path);
        }
    }

    private static async Task<Entry?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A token is the hub's word and may hold anything.
    private static string NameOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 12)) + Ending;

    private sealed record Entry(string Instance, string Execution, string Token, int Task, string Name, string? Result, TaskFailureDetails? Failure);
}
