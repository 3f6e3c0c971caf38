using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>Kills, as by <c>kill -9</c>, at moments that nobody chose: an agent, the coordinator with its hub, or a CLI at work. What a person's service manager starts again is started again.</summary>
internal sealed class Killer(RealCluster cluster, Random random)
{
    private readonly SortedDictionary<string, int> _hits = new(StringComparer.Ordinal);

    public int Kills => _hits.Values.Sum();

    public async Task KillOneAsync()
    {
        // The moment of death is what is tried here.
        await Task.Delay(random.Next(300, 1500), TestContext.Current.CancellationToken);
        switch (random.Next(10))
        {
            case < 4:
                await cluster.ReplaceCoordinatorAsync();
                Hit("coordinator");
                break;
            case < 6:
                var agent = random.Next(2) == 0 ? "backend" : "frontend";
                await cluster.KillAsync($"pc-{agent}");
                await cluster.StartAgentAsync($"pc-{agent}", agent, slots: 2);
                Hit("agent");
                break;
            default:
                if (ProcessesOf(cluster, "claude") is not { Count: > 0 } running)
                    return;
                Kill(running[random.Next(running.Count)]);
                Hit("Claude");
                break;
        }
    }

    /// <summary>Processes of this program that the cluster's agents started.</summary>
    public static IReadOnlyList<int> ProcessesOf(RealCluster cluster, string program) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && IsOurs(id, program, cluster.Playground.Folder))];

    public override string ToString() => $"{Kills} kills: {string.Join(", ", _hits.Select(hit => $"{hit.Key} {hit.Value}"))}";

    private void Hit(string what) => _hits[what] = _hits.GetValueOrDefault(what) + 1;

    private static bool IsOurs(int process, string program, string folder)
    {
        try
        {
            return Path.GetFileName(File.ResolveLinkTarget($"/proc/{process}/exe", returnFinalTarget: false)?.FullName ?? string.Empty).StartsWith(program, StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{process}/environ").Contains(folder, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Kill(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
