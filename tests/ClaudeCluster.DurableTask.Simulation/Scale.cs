using System.Globalization;

namespace ClaudeCluster.DurableTask.Simulation;

/// <summary>How much of the slow tests to run: CC_SCALE, 1 unless set.</summary>
internal static class Scale
{
    public static int Factor { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? Math.Max(1, scale) : 1;
}
