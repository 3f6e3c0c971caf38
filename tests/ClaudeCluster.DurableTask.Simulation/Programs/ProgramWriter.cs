namespace ClaudeCluster.DurableTask.Simulation.Programs;

/// <summary>Writes random programs.</summary>
/// <param name="chance">Says what they do.</param>
/// <param name="breaks">
/// They may fail as a whole, and then be rewound. What is sent to a failed instance is lost, so these send nothing to themselves and each
/// other; and a termination that was caught without further consequence is taken back with the rest, so they terminate nobody.
/// </param>
internal sealed class ProgramWriter(Random chance, bool breaks)
{
    private const int Deepest = 4;
    private static readonly OpKind[] Leaves =
    [
        OpKind.Do, OpKind.Do, OpKind.Do, OpKind.Flaky, OpKind.Fail, OpKind.Sleep, OpKind.Miss, OpKind.Echo, OpKind.Stubborn, OpKind.Talk, OpKind.End,
    ];

    private static readonly OpKind[] LeavesThatBreak =
    [
        OpKind.Do, OpKind.Do, OpKind.Break, OpKind.Break, OpKind.Flaky, OpKind.Fail, OpKind.Sleep, OpKind.Miss, OpKind.Stubborn,
    ];

    private static readonly OpKind[] Branches = [OpKind.Child, OpKind.Seq, OpKind.All, OpKind.All];
    private int _left = 25;
    private int _lastId;

    /// <summary>The eras of one root. Events from outside are heard only here, one after the other, so that their order is seen.</summary>
    public Op[] NewProgram() => [.. Enumerable.Range(0, chance.Next(1, 5)).Select(_ => NewEra())];

    private Op NewEra() => NewOp(OpKind.Seq, [.. Enumerable.Range(0, chance.Next(1, 5)).Select(_ => chance.Next(3) == 0 ? NewOp(OpKind.Hear) : NewPart(1))]);

    private Op NewPart(int depth)
    {
        _left--;
        if (depth >= Deepest || _left <= 0 || chance.Next(5) < 3)
            return NewOp(breaks ? LeavesThatBreak[chance.Next(LeavesThatBreak.Length)] : Leaves[chance.Next(Leaves.Length)]);
        var kind = Branches[chance.Next(Branches.Length)];
        return NewOp(kind, [.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => NewPart(depth + 1))]);
    }

    private Op NewOp(OpKind kind, Op[]? parts = null) => new(kind, ++_lastId, kind == OpKind.Sleep ? NewDelay() : chance.Next(1, 4), parts ?? []);

    private int NewDelay() => chance.Next(4) switch
    {
        0 => 0,
        1 => chance.Next(10),
        2 => chance.Next(2_000),
        _ => chance.Next(120_000),
    };
}
