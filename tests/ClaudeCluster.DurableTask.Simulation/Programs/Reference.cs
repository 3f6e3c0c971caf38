namespace ClaudeCluster.DurableTask.Simulation.Programs;

/// <summary>What a program means, without an engine: what it writes, and how many activity calls it makes.</summary>
internal static class Reference
{
    public static string Output(IEnumerable<Op> eras, bool hasVersions) =>
        Numbered(string.Concat(eras.Select((era, number) => $"{number}{(hasVersions ? $"v{Run.VersionOf(era)}" : string.Empty)}:{Output(era)};")));

    public static int Calls(Op op) => op.Parts.Sum(Calls) + op.Kind switch
    {
        OpKind.Do or OpKind.Break or OpKind.End => 1,
        OpKind.Flaky or OpKind.Stubborn => op.N + 1,
        OpKind.Fail => op.N,
        _ => 0,
    };

    private static string Output(Op op) => op.Kind switch
    {
        OpKind.Do => $"a{op.Id}",
        OpKind.Flaky => $"f{op.Id}",
        OpKind.Fail => "x",
        OpKind.Break => $"b{op.Id}",
        OpKind.Sleep => "s",
        OpKind.Hear => "e#",
        OpKind.Miss => "-",
        OpKind.Echo => $"m{op.Id}",
        OpKind.Child => $"({string.Concat(op.Parts.Select((era, number) => $"{number}:{Output(era)};"))})",
        OpKind.Stubborn => $"c{op.Id}",
        OpKind.Talk => $"t{op.Id}",
        OpKind.End => "k",
        OpKind.Seq => string.Concat(op.Parts.Select(Output)),
        OpKind.All => $"[{string.Join('|', op.Parts.Select(Output))}]",
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    /// <summary>Events from outside are heard in the order in which they were sent: 0, 1, 2 …</summary>
    private static string Numbered(string written)
    {
        var pieces = written.Split('#');
        return string.Concat(pieces.Select((piece, number) => number < pieces.Length - 1 ? $"{piece}{number}" : piece));
    }
}
