using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ClaudeCluster.Orchestrations;

/// <summary>A piece of a YAML file with the line on which it begins, counted from 1.</summary>
internal abstract record YamlNode(int Line)
{
    public abstract string Kind { get; }

    /// <param name="IsPlain">Written without quotes: only then may it be null, a number, true or false.</param>
    public sealed record Text(int Line, string Value, bool IsPlain) : YamlNode(Line)
    {
        public override string Kind => "text";

        public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
    }

    public sealed record List(int Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line)
    {
        public override string Kind => "a list";
    }

    public sealed record Map(int Line, IReadOnlyList<KeyValuePair<Text, YamlNode>> Entries) : YamlNode(Line)
    {
        public override string Kind => "a section";
    }
}

/// <summary>
/// Builds the tree from the parser's events rather than with an object mapper: lines are kept, no type is made, and what can grow
/// without end (anchors and their aliases, depth) is refused before it does.
/// </summary>
internal sealed class YamlTree(Parser parser, Action<int, string, string> report)
{
    private const int MaxDepth = 20;

    /// <exception cref="YamlException">The text is not YAML.</exception>
    /// <returns>Null for an empty file.</returns>
    public static YamlNode? Read(string text, Action<int, string, string> report)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return null;
        parser.Consume<DocumentStart>();
        var root = new YamlTree(parser, report).ReadNode(depth: 0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
            report((int)second.Start.Line, "A second document begins here.", "Keep one document: delete the '---' line or what follows it.");
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        var line = LineOf(parser.Current!);
        if (depth > MaxDepth)
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"Nested deeper than {MaxDepth} levels.");
        RefuseAnchorsAndTags(line);
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlNode.Text(line, scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out _))
            return ReadList(line, depth);
        if (parser.TryConsume<MappingStart>(out _))
            return ReadMap(line, depth);
        parser.Consume<AnchorAlias>();
        return new YamlNode.Text(line, string.Empty, IsPlain: true);
    }

    private YamlNode.List ReadList(int line, int depth)
    {
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(depth + 1));
        return new(line, items);
    }

    private YamlNode.Map ReadMap(int line, int depth)
    {
        var entries = new List<KeyValuePair<YamlNode.Text, YamlNode>>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not YamlNode.Text text)
                report(key.Line, $"A key is {key.Kind}.", "Keys are plain words.");
            else if (!lines.TryAdd(text.Value, text.Line))
                report(text.Line, $"'{text.Value}' stands here for the second time; the first is in line {lines[text.Value]}.", "Keep one of them.");
            else
                entries.Add(new(text, value));
        }

        return new(line, entries);
    }

    private void RefuseAnchorsAndTags(int line)
    {
        if (parser.Current is AnchorAlias alias)
            report(line, $"'*{alias.Value}' repeats another part of the file.", "Anchors and aliases are not read here; write the value out.");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored)
            report(line, $"'&{anchored.Anchor}' marks a part to be repeated.", "Anchors and aliases are not read here; write the value out.");
        if (parser.Current is NodeEvent { Tag.IsEmpty: false } tagged && !tagged.Tag.IsNonSpecific)
            report(line, $"'{tagged.Tag}' gives a type.", "Types are known here; delete the tag.");
    }

    private static int LineOf(ParsingEvent parsed) => (int)parsed.Start.Line;
}
