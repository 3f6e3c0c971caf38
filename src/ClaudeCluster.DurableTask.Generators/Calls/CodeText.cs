using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace ClaudeCluster.DurableTask.Generators.Calls;

/// <summary>C# as it grows: lines with their indentation, the same on each machine.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public static string Literal(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    public CodeText Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
        return this;
    }

    public CodeText Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Line(line);
        return this;
    }

    public CodeText Open()
    {
        Line("{");
        _depth++;
        return this;
    }

    public CodeText Close()
    {
        _depth--;
        return Line("}");
    }

    /// <summary>A line that belongs to the one above.</summary>
    public CodeText More(string line) => Line("    " + line);

    public override string ToString() => _text.ToString();
}
