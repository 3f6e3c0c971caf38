using System.Globalization;

namespace ClaudeCluster.Bench.Machine;

/// <summary>How many processes wanted a processor in the minute before a run and in its last one; null where the system does not say.</summary>
internal sealed record Load(double? Before, double? After)
{
    /// <summary>A run alone wants about all processors; more than twice as many were wanted by others too.</summary>
    public bool IsShared => Before > Environment.ProcessorCount || After > 2 * Environment.ProcessorCount;

    public static double? Read() =>
        OperatingSystem.IsLinux() ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null;

    public override string ToString() => Before is null
        ? "load unknown"
        : string.Create(CultureInfo.InvariantCulture, $"load {Before:0.0} before, {After:0.0} after{(IsShared ? ": others were at work, so all numbers are worse than they need be" : "")}");
}
