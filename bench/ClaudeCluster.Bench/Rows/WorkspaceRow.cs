using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;

namespace ClaudeCluster.Bench.Rows;

/// <summary>
/// How long an agent takes until a coder can begin, on a repository that it has seen before, beside what a fresh clone of the same takes; and
/// what an attempt takes beside its coder and its tests.
/// </summary>
internal sealed class WorkspaceRow : Row
{
    private const int Attempts = 7;
    private const int Clones = 3;

    public override string Id => RowCatalogue.Workspace;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folder = run.Folder.NewFolder("workspace");
        run.Progress.Say("makes a repository of 20,000 commits and 5,000 files");
        var repository = await GeneratedRepository.CreateAsync(Path.Combine(folder, "source.git"), cancellation);
        var full = await CloneAsync(repository, folder, [], cancellation);
        var shallow = await CloneAsync(repository, folder, ["--depth", "1"], cancellation);

        var agent = new BenchAgent(repository, Path.Combine(folder, "agent"));
        var first = await agent.RunAsync(0, cancellation);
        var later = new List<AttemptTimes>();
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            // Each attempt finds a newer commit than the one before.
            await repository.CommitAsync(cancellation);
            later.Add(await agent.RunAsync(attempt, cancellation));
        }

        var prepared = Median([.. later.Select(times => times.Prepared)]);
        yield return new Figure(Id, "git", "full clone", full, "ms");
        yield return new Figure(Id, "git", "clone of depth 1", shallow, "ms");
        yield return new Figure(Id, "agent", "first attempt prepared", first.Prepared, "ms");
        yield return new Figure(Id, "agent", "later attempt prepared", prepared, "ms");
        yield return new Figure(Id, "agent", "full clone ÷ later", full / prepared, "×", Goals.AgainstFullClone);
        yield return new Figure(Id, "agent", "depth 1 ÷ later", shallow / prepared, "×", Goals.AgainstShallowClone);
        yield return new Figure(Id, "agent", "first attempt without coder and tests", first.Overhead / 1000, "s", Goals.AttemptOverhead);
        yield return new Figure(Id, "agent", "later attempt without coder and tests", Median([.. later.Select(times => times.Overhead)]) / 1000, "s", Goals.AttemptOverhead);
        yield return new Figure(Id, "agent", "trees made ready after its result", Median([.. later.Select(times => times.Afterwards)]), "ms");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<double> CloneAsync(GeneratedRepository repository, string folder, string[] options, CancellationToken cancellation)
    {
        var times = new List<double>();
        for (var i = 0; i < Clones; i++)
        {
            var clone = Path.Combine(folder, "clone");
            var watch = Stopwatch.StartNew();
            await GeneratedRepository.GitAsync(folder, ["clone", "--quiet", .. options, repository.Url, clone], cancellation);
            times.Add(watch.Elapsed.TotalMilliseconds);
            Directory.Delete(clone, recursive: true);
        }
        return Median(times);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
