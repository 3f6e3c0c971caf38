using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using ClaudeCluster.Bench.Rows;

namespace ClaudeCluster.Bench;

/// <summary>The command line, and the one place where an error becomes a message and an exit code.</summary>
internal static class BenchCommand
{
    private static readonly Option<string[]> Only = new("--only")
    {
        Description = $"Rows to measure, with commas: {string.Join(", ", RowCatalogue.Ids)}. Default: all.",
        HelpName = "ROWS",
        CustomParser = Rows,
    };

    private static readonly Option<double> Seconds = Number(
        "--seconds", "Measured time of each rate, after a warm-up of the same time, at most five seconds. Rows of a fixed size take as long as they need.", 5d, 0.05, 3600);

    private static readonly Option<int> Runs = Number("--runs", "Measure all so many times; the table then shows min, median and max.", 1, 1, 100);

    private static readonly Option<int> Waiting = Number("--waiting", "How many orchestrations the row 'waiting' leaves waiting.", 100_000, 1, 10_000_000);

    private static readonly Option<int> Finished = Number("--finished", "How many orchestrations the row 'finished' ends.", 10_000, 1, 10_000_000);

    private static readonly Option<DirectoryInfo> Folder = new("--folder")
    {
        Description = "Where hub files are written and removed again. Its disk is what is measured. Default: the temporary folder.",
        HelpName = "DIR",
    };

    private static readonly Option<string> Postgres = new("--postgres")
    {
        Description = "Measure PostgreSQL too: a server started for it, with its data where --folder says, or the database of a connection "
            + "string, which should be of no other use.",
        HelpName = "CONNECTION",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Peers = new("--peers")
    {
        Description = "Measure other engines beside ours, in the same run: Restate, and Microsoft's JavaScript SDK in memory. Needs node and npm.",
    };

    private static readonly Option<string> Json = new("--json")
    {
        Description = "Write all of it as one JSON object too; '-' writes it to standard output, and the table to standard error.",
        HelpName = "FILE|-",
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var root = new Command(
            "bench",
            "Measures the durable engine on this machine, and prints each number beside its goal.\n\n"
            + "Disks differ by a factor of ten and one disk by a factor of three within an hour, so read a number beside the flush rate of its run,\n"
            + "and compare only what one run measured: --peers puts other engines into the same run.\n\n"
            + $"{RowCatalogue.Explanation}\n\n"
            + "Exit codes: 0 measured (whether or not the goals are reached), 1 a row failed, 2 bad input, 130 interrupted.")
        {
            Only,
            Seconds,
            Runs,
            Waiting,
            Finished,
            Folder,
            Postgres,
            Peers,
            Json,
            new HelpOption(),
        };
        root.SetAction((parsed, cancellation) => MeasureAsync(parsed, output, error, cancellation));

        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync(problem.Message);
            await error.WriteLineAsync("See --help.");
            return (int)ExitCode.BadInput;
        }

        // Ctrl-C cancels the token; ending takes as long as a child process needs to die.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        });
    }

    private static async Task<int> MeasureAsync(ParseResult parsed, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var options = new BenchOptions
        {
            Only = parsed.GetValue(Only) is { Length: > 0 } rows ? rows : RowCatalogue.Ids,
            Measured = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            Runs = parsed.GetValue(Runs),
            Waiting = parsed.GetValue(Waiting),
            Finished = parsed.GetValue(Finished),
            Folder = parsed.GetValue(Folder)?.FullName ?? Path.GetTempPath(),
            Postgres = parsed.GetResult(Postgres) is null ? null : parsed.GetValue(Postgres) ?? BenchOptions.OwnServer,
            Peers = parsed.GetValue(Peers),
            Json = parsed.GetValue(Json),
        };
        try
        {
            return (int)await Bench.RunAsync(options, output, error, cancellation);
        }
        catch (BadInputException e)
        {
            await error.WriteLineAsync(e.Message);
            return (int)ExitCode.BadInput;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted; all that was written is removed.");
            return (int)ExitCode.Interrupted;
        }
    }

    private static string[] Rows(ArgumentResult argument)
    {
        var words = argument.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (words.Find(word => !RowCatalogue.Ids.Contains(word)) is { } stranger)
            argument.AddError($"There is no row '{stranger}'. There are: {string.Join(", ", RowCatalogue.Ids)}.");
        return [.. RowCatalogue.Ids.Where(words.Contains)];
    }

    private static Option<T> Number<T>(string name, string description, T otherwise, T least, T most)
        where T : struct, IComparable<T>, IFormattable
    {
        var option = new Option<T>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.Implicit)
                return;
            var value = result.GetValueOrDefault<T>();
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} to {most}, not {value}."));
        });
        return option;
    }
}

/// <summary>Something that was asked for cannot be done; the message says what and what to do.</summary>
internal sealed class BadInputException(string message) : Exception(message);
