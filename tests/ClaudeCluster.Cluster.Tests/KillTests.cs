using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>
/// <c>run</c> is killed as by <c>kill -9</c>, called again, and comes to the one pull request. The kill points are the moments
/// before and after each commit of the hub and each effect outside of it; their kinds are what was written there. At scale 1
/// twenty of them are chosen so that each kind is hit; from scale 10 on each point is hit once. Other kills come from outside
/// at moments that nobody chose.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int AtOnce = 2;
    private const int KillsAtScaleOne = 20;
    private const int RandomKillsAtScaleOne = 6;

    /// <summary>The fifth agent that is lost in a row makes the flow ask a person.</summary>
    private const int MostKillsInARow = 3;

    private static readonly string[] Kinds = ["commit", "comment", "labels", "promotion", "pull request", "clean-up"];

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    [Fact]
    public async Task Killed_at_any_write_and_called_again_it_comes_to_one_pull_request()
    {
        var clock = Stopwatch.StartNew();
        var points = await LearnPointsAsync();
        var chosen = Scale >= 10 ? [.. Enumerable.Range(1, points.Length)] : Choose(points, KillsAtScaleOne);
        var hits = new Dictionary<string, int>(StringComparer.Ordinal);

        await EachAsync(chosen, async number =>
        {
            var hit = await KillAtAsync(number);
            lock (hits)
                hits[hit] = hits.GetValueOrDefault(hit) + 1;
        });

        Tell($"{chosen.Count} kills at {points.Length} points in {clock.Elapsed.TotalSeconds:0} s: {string.Join(", ", hits.OrderBy(hit => hit.Key, StringComparer.Ordinal).Select(hit => $"{hit.Key} {hit.Value}"))}");
        var unhit = Kinds.SelectMany(kind => new[] { $"before {kind}", $"after {kind}" }).Where(kind => !hits.ContainsKey(kind));
        Assert.Empty(unhit);
    }

    [Fact]
    public async Task Killed_again_and_again_at_random_moments_it_comes_to_one_pull_request()
    {
        var clock = Stopwatch.StartNew();
        var seeds = Enumerable.Range(1, Math.Max(2, RandomKillsAtScaleOne * Scale / MostKillsInARow)).ToList();
        var kills = 0;

        await EachAsync(seeds, async seed => Interlocked.Add(ref kills, await KillAtRandomAsync(new Random(seed), seed)));

        Tell($"{kills} kills at random moments of {seeds.Count} runs in {clock.Elapsed.TotalSeconds:0} s");
        Assert.True(kills >= seeds.Count, "Most runs ended before they could be killed.");
    }

    /// <summary>One undisturbed run: which points does it pass?</summary>
    private static async Task<string[]> LearnPointsAsync()
    {
        await using var playground = Playground.Create(script: Playground.TwoAttempts);
        var report = playground.At("points.txt");
        var ended = await playground.StartKilled(0, report, playground.Run).EndAsync();
        Assert.True(ended.Code == 0, ended.All);
        await Rest.IsWholeAsync(playground);
        return File.ReadAllLines(report);
    }

    /// <summary>One of each kind, the rest evenly over the whole run.</summary>
    private static IReadOnlyList<int> Choose(string[] points, int most)
    {
        var numbers = Enumerable.Range(1, points.Length).ToList();
        var chosen = numbers.GroupBy(number => points[number - 1]).Select(kind => kind.Skip(kind.Count() / 2).First()).ToHashSet();
        var rest = numbers.Where(number => !chosen.Contains(number)).ToList();
        for (var i = 0; chosen.Count < most; i++)
            chosen.Add(rest[(int)((i + 0.5) * rest.Count / (most - Kinds.Length * 2))]);
        return [.. chosen.Order()];
    }

    private static async Task<string> KillAtAsync(int number)
    {
        await using var playground = Playground.Create(script: Playground.TwoAttempts);
        var report = playground.At("points.txt");
        var killed = await playground.StartKilled(number, report, playground.Run).EndAsync();
        Assert.True(killed.Code == 137, $"Point {number} was not reached.\n{killed.All}");
        var hit = File.ReadAllLines(report)[^1];

        var ended = await playground.Start(playground.Run).EndAsync();
        Assert.True(ended.Code == 0, $"Killed at point {number}, {hit}\n{ended.All}");
        await Rest.IsWholeAsync(playground);
        return hit;
    }

    private static async Task<int> KillAtRandomAsync(Random random, int seed)
    {
        await using var playground = Playground.Create(script: Playground.TwoAttempts);
        var kills = 0;
        while (kills < MostKillsInARow)
        {
            var process = playground.Start(playground.Run);
            // This is the one test whose subject is an arbitrary moment, so here time is the input.
            await Task.WhenAny(process.EndAsync(), Task.Delay(TimeSpan.FromMilliseconds(random.Next(300, 4000))));
            if (process.HasExited)
                break;
            process.Kill();
            await process.EndAsync();
            kills++;
        }

        var ended = await playground.Start(playground.Run).EndAsync();
        Assert.True(ended.Code == 0, $"Seed {seed}, {kills} kills\n{ended.All}");
        await Rest.IsWholeAsync(playground);
        return kills;
    }

    private static Task EachAsync(IEnumerable<int> numbers, Func<int, Task> work) =>
        Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => await work(number));

    private void Tell(FormattableString line)
    {
        output.WriteLine(FormattableString.Invariant(line));
        Console.WriteLine(FormattableString.Invariant(line));
    }
}
