using System.Globalization;
using ClaudeCluster.DurableTask.Simulation.Faults;

namespace ClaudeCluster.DurableTask.Simulation;

/// <summary>
/// <c>dotnet run --project tests/ClaudeCluster.DurableTask.Simulation -- --seeds 1000000 [--from N]</c> runs so many seeds, and
/// <c>-- --seed N</c> one, with its trace.
/// </summary>
internal sealed record CommandLine(int From, int Seeds, bool Traces)
{
    private const string Again = "dotnet run --project tests/ClaudeCluster.DurableTask.Simulation -- --seed";

    /// <summary>Null if the arguments are the test runner's.</summary>
    public static CommandLine? Parse(string[] args)
    {
        if (Value("--seed") is { } one)
            return new CommandLine(one, 1, Traces: true);
        return Value("--seeds") is { } seeds ? new CommandLine(Value("--from") ?? 0, seeds, Traces: false) : null;

        int? Value(string name) => Array.IndexOf(args, name) is >= 0 and var index && index + 1 < args.Length
            ? int.Parse(args[index + 1], CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>0 if all was well.</summary>
    public int Run()
    {
        var stopped = false;
        Console.CancelKeyPress += (_, e) => stopped = e.Cancel = true;
        var began = TimeProvider.System.GetTimestamp();
        var (done, steps, faults, virtually) = (0, 0L, new long[Enum.GetValues<Fault>().Length], TimeSpan.Zero);
        for (; done < Seeds && !stopped; done++)
        {
            var outcome = Simulation.Run(From + done, Traces);
            steps += outcome.Steps;
            virtually += outcome.Elapsed;
            for (var kind = 0; kind < faults.Length; kind++)
                faults[kind] += outcome.Faults[kind];
            if (outcome.Failure is { } failure)
                return Report(Traces ? outcome : Simulation.Run(outcome.Seed, traces: true), failure);
            if (Traces)
                Console.Write(outcome.Trace);
            if ((done + 1) % 1_000 == 0)
                Console.WriteLine(Summary());
        }

        Console.WriteLine(Summary());
        Console.WriteLine(string.Join(", ", Enum.GetValues<Fault>().Select(kind => $"{kind} {faults[(int)kind]}")));
        return 0;

        string Summary() => string.Create(
            CultureInfo.InvariantCulture,
            $"{done + (done < Seeds && !stopped ? 1 : 0)} seeds from {From} are well: {steps} steps, {virtually.TotalHours:0} virtual hours, {faults.Sum()} faults, in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
    }

    private static int Report(Outcome outcome, Exception failure)
    {
        Console.Write(outcome.Trace);
        Console.WriteLine($"Seed {outcome.Seed} after {outcome.Steps} steps: {failure.Message}");
        if (failure is not Machine.SimulationException)
            Console.WriteLine(failure);
        Console.WriteLine($"Once more:  {Again} {outcome.Seed}");
        return 1;
    }
}
