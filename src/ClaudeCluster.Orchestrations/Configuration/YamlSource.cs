using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What all sections of one YAML file share: its name, its problems, and each section that was opened.</summary>
internal sealed class YamlSource(string file)
{
    private readonly List<(int Line, Problem Problem)> _problems = [];

    public List<YamlSection> Sections { get; } = [];

    public IReadOnlyList<Problem> Problems => [.. _problems.OrderBy(entry => entry.Line).Select(entry => entry.Problem)];

    public string PlaceOf(int line) => string.Create(CultureInfo.InvariantCulture, $"{file}:{line}");

    public void Report(int line, string reason, string fix) => _problems.Add((line, new(PlaceOf(line), reason, fix)));

    public YamlNode.Map AsMap(YamlNode? node, string what)
    {
        if (node is YamlNode.Map map)
            return map;
        if (node is not (null or YamlNode.Text { IsNull: true }))
            Report(node.Line, $"{what} is {node.Kind}, but should be a section.", "Write 'key: value' lines.");
        return new(node?.Line ?? 1, []);
    }
}

/// <summary>A text of a YAML file that remembers its line.</summary>
public sealed class YamlText
{
    private readonly YamlSource _source;
    private readonly int _line;

    internal YamlText(string value, YamlSource source, int line)
    {
        Value = value;
        _source = source;
        _line = line;
    }

    public string Value { get; }

    public void Report(string reason, string fix) => _source.Report(_line, reason, fix);

    public override string ToString() => Value;
}
