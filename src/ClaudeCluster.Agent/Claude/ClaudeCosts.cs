using System.Text.Json;

namespace ClaudeCluster.Agent;

/// <summary>
/// What a session had cost before it went on. The CLI's cost is the whole session's, so without this a resumed session would be paid twice.
/// </summary>
internal static class ClaudeCosts
{
    public static decimal Read(ClaudeFolders folders, string session) => ReadAll(folders).GetValueOrDefault(session);

    public static void Write(ClaudeFolders folders, string session, decimal usd)
    {
        var costs = ReadAll(folders);
        costs[session] = usd;
        File.WriteAllText(folders.Costs, JsonSerializer.Serialize(costs));
    }

    private static Dictionary<string, decimal> ReadAll(ClaudeFolders folders)
    {
        try
        {
            return File.Exists(folders.Costs) ? JsonSerializer.Deserialize<Dictionary<string, decimal>>(File.ReadAllText(folders.Costs)) ?? [] : [];
        }
        catch (JsonException)
        {
            // Cut by a crash: a cost too high is better than none.
            return [];
        }
    }
}
