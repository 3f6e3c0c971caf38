using ClaudeCluster.Bench.Machine;

namespace ClaudeCluster.Bench.Report;

/// <summary>All that one call of the command has found.</summary>
internal sealed record BenchReport(
    MachineFacts Machine,
    Load Load,
    BenchOptions Options,
    FlushRate FlushBefore,
    FlushRate FlushAfter,
    IReadOnlyList<Line> Lines,
    IReadOnlyList<Floor> Floors,
    IReadOnlyList<Failure> Failures);
