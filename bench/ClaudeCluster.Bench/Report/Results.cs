using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Peers;
using ClaudeCluster.Bench.Rows;

namespace ClaudeCluster.Bench.Report;

/// <summary>What all runs gave, gathered into lines.</summary>
internal sealed class Results
{
    private readonly List<(int Run, Figure Figure)> _figures = [];
    private readonly List<Failure> _failures = [];
    private int _run;

    public IReadOnlyList<Failure> Failures => _failures;

    /// <summary>In the order of the rows, peers below ours.</summary>
    public IReadOnlyList<Line> Lines =>
    [
        .. _figures.GroupBy(of => (of.Figure.Row, of.Figure.On, of.Figure.What), of => of.Figure)
            .Select(figures => new Line([.. figures]))
            .OrderBy(line => RowCatalogue.Ids.ToList().IndexOf(line.Row)),
    ];

    public IReadOnlyList<Floor> Floors =>
    [
        .. _figures.Where(of => of.Figure is { Row: RowCatalogue.Seq5, On: StoreChoice.SqliteName or StoreChoice.PostgresName })
            .GroupBy(of => of.Figure.On)
            .Select(ours => new Floor($"{RowCatalogue.Seq5}: {ours.Key} ÷ Restate", Goals.FloorAgainstRestate, [.. ours.SelectMany(DividedByRestate)]))
            .Where(floor => floor.Values.Count > 0),
    ];

    public void BeginRun(int run) => _run = run;

    public void Add(Figure figure) => _figures.Add((_run, figure));

    public void Fail(string row, string reason) => _failures.Add(new Failure(_run, row, reason));

    private IEnumerable<double> DividedByRestate((int Run, Figure Figure) ours) => _figures
        .Where(of => of.Run == ours.Run && of.Figure.Row == RowCatalogue.Seq5 && of.Figure.On.StartsWith(Peer.RestateName, StringComparison.Ordinal))
        .Select(theirs => ours.Figure.Value / theirs.Figure.Value);
}

/// <summary>One line of the table: the same figure of all runs. The median is held against the goal.</summary>
internal sealed record Line(IReadOnlyList<Figure> Figures)
{
    public string Row => Figures[0].Row;

    public string On => Figures[0].On;

    public string What => Figures[0].What;

    public string Unit => Figures[0].Unit;

    public string? Note => Figures[^1].Note;

    public double Min => Figures.Min(figure => figure.Value);

    public double Median => Numbers.Median(Figures.Select(figure => figure.Value));

    public double Max => Figures.Max(figure => figure.Value);

    /// <summary>A goal that depends on the disk differs from run to run; the median one counts.</summary>
    public Goal? Goal => Figures[0].Goal is { } first ? first with { Limit = Numbers.Median(Figures.Select(figure => figure.Goal!.Limit)) } : null;
}

/// <summary>A ratio to a peer that must hold in each run, so the smallest one counts.</summary>
internal sealed record Floor(string Name, double AtLeast, IReadOnlyList<double> Values)
{
    public bool IsReached => Values.Min() >= AtLeast;
}

/// <summary>A row that could not be measured to its end.</summary>
internal sealed record Failure(int Run, string Row, string Reason);
