using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>PURE. Sizes as people write them: <c>512MB</c>, <c>8GB</c>; each unit is 1,024 of the one before.</summary>
internal static class SizeText
{
    private static readonly (string Unit, long Bytes)[] Units = [("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40)];

    public static long? Parse(string text)
    {
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        return unit.Unit is not null && decimal.TryParse(text[..^unit.Unit.Length].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000
            ? (long)(number * unit.Bytes)
            : null;
    }
}
