namespace ClaudeCluster.DurableTask.Simulation.Faults;

/// <summary>What can go wrong.</summary>
internal enum Fault
{
    /// <summary>The hub's process dies before its commit is written: also what a torn write leaves behind.</summary>
    DeathBeforeCommit,

    /// <summary>The hub's process dies after the commit, before anybody knows.</summary>
    DeathAfterCommit,

    /// <summary>A call to the store fails and nothing is written: a full disk.</summary>
    StoreFails,

    /// <summary>A call to the store fails, but it was written.</summary>
    StoreAnswerLost,

    /// <summary>The hub's process dies at some moment.</summary>
    HubDies,

    /// <summary>A worker's process dies at some moment.</summary>
    WorkerDies,

    /// <summary>A worker is told to stop, drains and is started again: a new release.</summary>
    WorkerStops,

    /// <summary>A worker's stream breaks; both sides live.</summary>
    StreamBreaks,

    /// <summary>A message to the hub is lost.</summary>
    RequestLost,

    /// <summary>The hub's answer is lost.</summary>
    ReceiptLost,

    /// <summary>A message comes twice.</summary>
    Doubled,

    /// <summary>A message is so late that leases run out meanwhile.</summary>
    VeryLate,

    /// <summary>The store does not answer for a minute.</summary>
    StoreStandsStill,

    /// <summary>Somebody sets the wall clock.</summary>
    ClockStep,
}

/// <summary>
/// Which faults a run has, how often, and how many in all: after the last one the world is well, and everything must come to its end.
/// </summary>
internal sealed class FaultPlan
{
    private static readonly int Kinds = Enum.GetValues<Fault>().Length;
    private readonly Random _chance;
    private readonly double[] _rates = new double[Kinds];
    private readonly int[] _struck = new int[Kinds];
    private int _left;

    public FaultPlan(Random chance)
    {
        _chance = chance;
        _left = chance.Next(8) == 0 ? 0 : chance.Next(1, 16);
        for (var kind = 0; kind < Kinds; kind++)
            _rates[kind] = chance.Next(3) == 0 ? 0.1 * chance.NextDouble() * chance.NextDouble() : 0;
        Eviction = chance.Next(2) == 0 ? 0 : chance.NextDouble();
        Slowness = chance.Next(3) switch { 0 => 0, 1 => 0.05, _ => 0.3 };
    }

    /// <summary>How often a warm instance is forgotten.</summary>
    public double Eviction { get; }

    /// <summary>How often something takes a while.</summary>
    public double Slowness { get; }

    public bool IsOver => _left <= 0;

    public int Struck => _struck.Sum();

    public IReadOnlyList<int> StruckByKind => _struck;

    /// <summary>True if this fault happens here and now.</summary>
    public bool Strikes(Fault fault, double weight = 1)
    {
        if (_left <= 0 || _rates[(int)fault] == 0 || _chance.NextDouble() >= _rates[(int)fault] * weight)
            return false;
        _left--;
        _struck[(int)fault]++;
        return true;
    }

    public bool Happens(double rate) => rate > 0 && _chance.NextDouble() < rate;

    public TimeSpan NewDelay(int mostMilliseconds) => TimeSpan.FromTicks(_chance.NextInt64(mostMilliseconds * TimeSpan.TicksPerMillisecond));

    public int Next(int most) => _chance.Next(most);
}
