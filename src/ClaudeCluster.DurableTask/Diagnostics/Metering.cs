using System.Diagnostics.Metrics;

namespace ClaudeCluster.DurableTask.Diagnostics;

/// <summary>Numbers of the engine, meter "ClaudeCluster.DurableTask". They cost nothing while nobody listens.</summary>
internal static class Metering
{
    public const string MeterName = "ClaudeCluster.DurableTask";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>How long a step took on its worker.</summary>
    public static readonly Histogram<double> StepTime = Meter.CreateHistogram<double>("durabletask.step.duration", "s");

    /// <summary>How many past events a step that was not warm had to run over.</summary>
    public static readonly Histogram<int> ReplayLength = Meter.CreateHistogram<int>("durabletask.replay.length", "{event}");

    /// <summary>How long a commit took, waiting for others in the same transaction included.</summary>
    public static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("durabletask.commit.duration", "s");

    /// <summary>How long work had waited when it was given to a worker. The tag "kind" is step or activity.</summary>
    public static readonly Histogram<double> QueueAge = Meter.CreateHistogram<double>("durabletask.queue.age", "s");

    /// <summary>How much work the workers of this hub hold. The tag "kind" is step or activity.</summary>
    public static readonly UpDownCounter<int> Held = Meter.CreateUpDownCounter<int>("durabletask.work.held", "{item}");

    public static KeyValuePair<string, object?> Kind(bool isStep) => new("kind", isStep ? "step" : "activity");
}
