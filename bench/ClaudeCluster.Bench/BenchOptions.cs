namespace ClaudeCluster.Bench;

/// <summary>What to measure, and for how long.</summary>
internal sealed record BenchOptions
{
    /// <summary>A PostgreSQL server that is started for this run.</summary>
    public const string OwnServer = "";

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(5);

    /// <summary>Row ids, in the order of the table.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    public TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(5);

    public int Runs { get; init; } = 1;

    /// <summary>How many orchestrations the row <c>waiting</c> leaves waiting.</summary>
    public int Waiting { get; init; } = 100_000;

    /// <summary>How many orchestrations the row <c>finished</c> runs to their end.</summary>
    public int Finished { get; init; } = 10_000;

    /// <summary>Where hub files are written; the disk below it is what is measured.</summary>
    public string Folder { get; init; } = Path.GetTempPath();

    /// <summary>A PostgreSQL to measure beside SQLite: a connection string, <see cref="OwnServer"/>, or null.</summary>
    public string? Postgres { get; init; }

    public bool Peers { get; init; }

    /// <summary>A file, "-" for standard output, or null.</summary>
    public string? Json { get; init; }

    /// <summary>Runs before the clock does: code is compiled, the file has grown.</summary>
    public TimeSpan WarmUp => Measured < LongestWarmUp ? Measured : LongestWarmUp;
}
