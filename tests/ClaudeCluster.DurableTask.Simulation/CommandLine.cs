using System.Globalization;
using ClaudeCluster.DurableTask.Simulation.Faults;

namespace ClaudeCluster.DurableTask.Simulation;

/// <summary>
/// <c>dotnet run --project tests/ClaudeCluster.DurableTask.Simulation -- --seeds 1000000 [--from N]</c> runs so many seeds until one is
/// red, and <c>-- --seed N</c> shows one with its trace.
/// </summary>
internal sealed class CommandLine(int from, int seeds)
{
    private readonly long[] _faults = new long[Enum.GetValues<Fault>().Length];
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private volatile bool _stopped;
    private long _steps;
    private TimeSpan _virtually;

    /// <summary>Null if the arguments are the test runner's.</summary>
    public static Func<int>? Parse(string[] args)
    {
        if (Value("--seed") is { } one)
            return () => Show(one);
        return Value("--seeds") is { } seeds ? new CommandLine(Value("--from") ?? 0, seeds).Run : null;

        int? Value(string name) => Array.IndexOf(args, name) is >= 0 and var index && index + 1 < args.Length
            ? int.Parse(args[index + 1], CultureInfo.InvariantCulture)
            : null;
    }

    private static int Show(int seed)
    {
        var outcome = Simulation.Run(seed, traces: true);
        Console.WriteLine(outcome.Failure is null ? $"{outcome.Trace}Seed {seed} is well after {outcome.Steps} steps." : Report.Of(seed));
        return outcome.Failure is null ? 0 : 1;
    }

    /// <summary>0 if all was well.</summary>
    private int Run()
    {
        Console.CancelKeyPress += (_, e) => _stopped = e.Cancel = true;
        var done = 0;
        while (done < seeds && !_stopped)
        {
            var outcome = Simulation.Run(from + done);
            if (outcome.Failure is not null)
            {
                Console.WriteLine(Report.Of(outcome.Seed));
                return 1;
            }

            Add(outcome);
            if (++done % 1_000 == 0)
                Console.WriteLine(Summary(done));
        }

        Console.WriteLine(Summary(done));
        Console.WriteLine(string.Join(", ", Enum.GetValues<Fault>().Select(kind => $"{kind} {_faults[(int)kind]}")));
        return 0;
    }

    private void Add(Outcome outcome)
    {
        _steps += outcome.Steps;
        _virtually += outcome.Elapsed;
        for (var kind = 0; kind < _faults.Length; kind++)
            _faults[kind] += outcome.Faults[kind];
    }

    private string Summary(int done) => string.Create(
        CultureInfo.InvariantCulture,
        $"{done} seeds from {from} are well: {_steps} steps, {_virtually.TotalHours:0} virtual hours, {_faults.Sum()} faults, in {TimeProvider.System.GetElapsedTime(_began).TotalSeconds:0} s");
}
