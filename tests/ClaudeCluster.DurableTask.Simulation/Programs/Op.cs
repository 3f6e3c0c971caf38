namespace ClaudeCluster.DurableTask.Simulation.Programs;

/// <summary>One operation of a random program: data, so that a program is the input of the orchestrator that runs it.</summary>
/// <param name="Id">Unique in its program; what the operation writes names it.</param>
/// <param name="N">How often, or how many milliseconds.</param>
public sealed record Op(OpKind Kind, int Id, int N, Op[] Parts)
{
    public IEnumerable<Op> WithParts() => Parts.SelectMany(part => part.WithParts()).Prepend(this);

    public override string ToString() => $"{Kind}{Id}" + (Parts.Length == 0 ? string.Empty : $"({string.Join(' ', (object[])Parts)})");
}

public enum OpKind
{
    /// <summary>An activity.</summary>
    Do,

    /// <summary>An activity that fails N times and is retried.</summary>
    Flaky,

    /// <summary>An activity that fails at each of its N attempts; the failure is caught.</summary>
    Fail,

    /// <summary>An activity that fails, and nobody catches it, until the world was repaired N times. So often the customer rewinds.</summary>
    Break,

    /// <summary>A timer.</summary>
    Sleep,

    /// <summary>The next event from outside. Those are numbered, and must come in order; one that comes twice is passed over.</summary>
    Hear,

    /// <summary>Waits for an event that never comes, until the time is out.</summary>
    Miss,

    /// <summary>Sends an event to itself and waits for it, with a long time-out.</summary>
    Echo,

    /// <summary>A sub-orchestration; its parts are eras, each begun by continue-as-new.</summary>
    Child,

    /// <summary>A sub-orchestration that fails N times and is retried.</summary>
    Stubborn,

    /// <summary>A sub-orchestration that waits for an event of its parent, and answers by an event before it ends.</summary>
    Talk,

    /// <summary>A sub-orchestration that waits for ever and is terminated.</summary>
    End,

    /// <summary>Parts one after the other.</summary>
    Seq,

    /// <summary>Parts side by side, whose ends are awaited together; or, if N is 1, in turn, so that a failure leaves the later ones open.</summary>
    All,

    /// <summary>Waits for ever.</summary>
    Never,
}

/// <summary>One execution of a program: its eras are run one after the other, each as a new execution of the same instance.</summary>
/// <param name="Root">The instance at the top, by which effects are counted.</param>
/// <param name="Era">The part that runs now.</param>
/// <param name="Written">What earlier eras wrote.</param>
/// <param name="Heard">How many events from outside were taken.</param>
public sealed record Run(string Root, Op[] Eras, int Era = 0, string Written = "", int Heard = 0)
{
    /// <summary>Events may be lost, because the instance had failed or ended: then all are sent once more, in order.</summary>
    public bool HearsAgain { get; init; }

    /// <summary>Each era has a version of its own.</summary>
    public bool HasVersions { get; init; }

    /// <summary>The version of an era's code.</summary>
    public static string VersionOf(Op era) => era.N <= 2 ? "1" : "2";

    /// <summary>Null if versions play no part.</summary>
    public TaskVersion? VersionOf(int era) => HasVersions ? VersionOf(Eras[era]) : default(TaskVersion?);
}
